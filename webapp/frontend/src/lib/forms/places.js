// Which component of a form the server means: it names fields by their path, and others by place.

export function placed(schema, where) {
  if (!where) return null;
  const found = walk(schema.components ?? [], "components", "");
  return found.find((each) => each.path === where || each.place === where)?.field ?? null;
}

function walk(components, at, prefix) {
  return components.flatMap((field, index) => {
    const place = `${at}[${index}]`;
    const own = (["group", "dynamiclist"].includes(field.type) ? field.path : field.key) ?? "";
    const path = own && prefix + own;
    const rows = field.type === "dynamiclist" ? "[]." : ".";
    const below = path ? path + rows : prefix;
    return [{ field, place, path }, ...walk(field.components ?? [], `${place}.components`, below)];
  });
}
