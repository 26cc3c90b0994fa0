// Bootstrap without the components that no page uses: what is kept is named here, by class.
//
// A rule stays when every class of one of its selectors is kept; rules without classes (elements,
// variables) and at-rules that hold no rules (@font-face, @keyframes) stay as they are.

const KEPT = [
  /^(alert|badge|btn|row|small|table)$/,
  /^(alert|btn)-(heading|link|sm|primary|danger|success|warning|info|outline-(primary|secondary|danger))$/,
  /^(active|border|caption-top|d-(none|block|inline|print-none)|disabled|show)$/,
  /^col(-(sm|md))?(-\d+)?$/,
  /^(form|input-group)(-[\w-]+)?$/,
  /^(fs-[56]|fw-(normal|bold)|g[xy]?-[0-3]|h[1-6]|lead|list-unstyled)$/,
  /^(invalid-feedback|is-invalid|has-validation|was-validated)$/,
  /^[mp][tbsexy]?-[0-4]$/,
  /^table-(bordered|responsive|sm|group-divider)$/,
  /^text-(end|danger|secondary|body-secondary|bg-secondary)$/,
  /^(visually-hidden(-focusable)?|w-100)$/,
];
const WITHIN = /^@(media|supports|container|layer)\b/;

export function purge(css) {
  return rules(css.replace(/\/\*[^]*?\*\//g, ""), 0).text;
}

// The rules from a place on, up to the brace that closes them.
function rules(css, from) {
  let at = from;
  let text = "";
  while (at < css.length) {
    const next = css.slice(at).search(/[{};]/);
    if (next < 0) break;
    const head = css.slice(at, at + next).trim();
    const sign = css[at + next];
    at += next + 1;
    if (sign === "}") return { text, at };
    if (sign === ";") {
      text += `${head};\n`;
    } else if (WITHIN.test(head)) {
      const inner = rules(css, at);
      at = inner.at;
      if (inner.text) text += `${head} {\n${inner.text}}\n`;
    } else {
      const end = closing(css, at);
      const selector = head.startsWith("@") ? head : kept(head);
      if (selector) text += `${selector} {${css.slice(at, end)}}\n`;
      at = end + 1;
    }
  }
  return { text, at };
}

// Where the brace opened before a place is closed; braces in strings are no braces.
function closing(css, from) {
  let depth = 1;
  for (let at = from; at < css.length; at += 1) {
    const sign = css[at];
    if (sign === '"' || sign === "'") at = css.indexOf(sign, at + 1);
    else if (sign === "{") depth += 1;
    else if (sign === "}" && --depth === 0) return at;
  }
  throw new Error("a brace is never closed");
}

function kept(head) {
  return head
    .split(/,(?![^(]*\))/)
    .filter((selector) =>
      [...selector.matchAll(/\.(-?[A-Za-z_][\w-]*)/g)].every(([, name]) =>
        KEPT.some((pattern) => pattern.test(name)),
      ),
    )
    .join(",");
}
