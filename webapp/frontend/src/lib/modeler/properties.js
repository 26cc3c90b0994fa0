// Our extension properties on an element: read, and written as one step that can be undone.

import { getBusinessObject, is } from "bpmn-js/lib/util/ModelUtil";

// Of a pool the process is meant.
export function subject(element) {
  const object = getBusinessObject(element);
  return is(element, "bpmn:Participant") ? object.get("processRef") : object;
}

export function properties(element) {
  return holder(subject(element), "zeebe:Properties")?.get("properties") ?? [];
}

export function property(element, name) {
  return properties(element).find((each) => each.get("name") === name)?.get("value") ?? "";
}

export function words(text) {
  return text.split(/[,，、;；\s]+/).filter(Boolean);
}

// Properties by name; an empty value takes one away.
export function setProperties(injector, element, values) {
  const factory = injector.get("bpmnFactory");
  const kept = properties(element).filter((each) => !(each.get("name") in values));
  const made = Object.entries(values)
    .filter(([, value]) => value)
    .map(([name, value]) => factory.create("zeebe:Property", { name, value }));
  const place = properties(element).findIndex((each) => each.get("name") in values);
  kept.splice(place < 0 ? kept.length : place, 0, ...made);
  setHolder(injector, element, "zeebe:Properties", kept.length ? { properties: kept } : null);
}

export function attribute(element, type, name) {
  return holder(subject(element), type)?.get(name) ?? "";
}

// An attribute of an extension element that is made, and taken away, with it.
export function setAttribute(injector, element, type, name, value, drops = true) {
  const old = holder(subject(element), type);
  const values = Object.fromEntries(
    (old?.$descriptor.properties ?? [])
      .map((each) => each.name.replace(/^.*:/, ""))
      .map((each) => [each, old.get(each)])
      .filter(([, each]) => each !== undefined && each !== ""),
  );
  if (value) values[name] = value;
  else delete values[name];
  setHolder(injector, element, type, value || !drops ? values : null);
}

function holder(object, type) {
  const found = object?.get("extensionElements")?.get("values") ?? [];
  return found.find((each) => is(each, type));
}

function setHolder(injector, element, type, values) {
  const factory = injector.get("bpmnFactory");
  const object = subject(element);
  const extension = object.get("extensionElements");
  const others = extension?.get("values") ?? [];
  const old = holder(object, type);
  const fresh = factory.create("bpmn:ExtensionElements", {});
  const made = values && factory.create(type, values);
  const list = old
    ? others.map((each) => (each === old ? made : each)).filter(Boolean)
    : [...others, ...(made ? [made] : [])];
  fresh.get("values").push(...list);
  for (const each of list) each.$parent = fresh;
  for (const each of made?.get("properties") ?? []) each.$parent = made;
  fresh.$parent = object;
  injector.get("modeling").updateModdleProperties(element, object, {
    extensionElements: list.length ? fresh : undefined,
  });
}
