// The texts of form-js, which has no translator: as its code is bundled, every text that stands in
// our Chinese table is handed to `inPageLanguage`, and what we lead elsewhere is changed.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
export const LANGUAGE = `${HERE}src/lib/modeler/language.js`;
const known = new Set([...keys("modeler"), ...keys("forms")]);

function keys(folder) {
  const code = readFileSync(`${HERE}src/lib/${folder}/zh.js`, "utf8");
  return [...code.matchAll(/^  ("(?:[^"\\]|\\.)*"):/gm)].map(([, key]) => JSON.parse(key));
}

// Texts with something in them.
const FILLED = [
  ["`Minimum ${MIN_COLUMNS} columns are allowed`", "Minimum {n} columns are allowed", "{ n: MIN_COLUMNS }"],
  ["`Maximum ${MAX_COLUMNS} columns are allowed`", "Maximum {n} columns are allowed", "{ n: MAX_COLUMNS }"],
  ["`New value exceeds the maximum of ${MAX_COLUMNS_PER_ROW} columns per row`", "New value exceeds the maximum of {n} columns per row", "{ n: MAX_COLUMNS_PER_ROW }"],
  ["`Maximum ${MAX_FIELDS_PER_ROW} fields per row are allowed`", "Maximum {n} fields per row are allowed", "{ n: MAX_FIELDS_PER_ROW }"],
  ["`Expression for '${key}'`", "Expression for '{key}'", "{ key }"],
  ["`Create ${getIndefiniteArticle(type)} ${label} element`", "Create a field: {label}", "{ label }"],
  ["`Remove ${entry.label}`", "Remove {label}", "{ label: entry.label }"],
  ["`Should not contain more than ${decimalDigits} decimal digits`", "Should not contain more than {n} decimal digits", "{ n: decimalDigits }"],
  ["`Should not contain more than ${decimalDigits} decimal digits.`", "Should not contain more than {n} decimal digits.", "{ n: decimalDigits }"],
  ["`Should be at least ${min}.`", "Should be at least {n}.", "{ n: min }"],
  ["`Should be at least ${minimumValue.toString()}.`", "Should be at least {n}.", "{ n: minimumValue.toString() }"],
  ["`Should be at most ${max}.`", "Should be at most {n}.", "{ n: max }"],
];

// Explanations that lead to pages no office can reach, or to components that are not ours.
const CHANGED = [
  [/children: \["Supports markdown and templating\."[\s\S]*?\}\)\]/, 'children: [inPageLanguage("Markdown without HTML; {{formula}} in it is computed.")]'],
  [/children: \["A comma-separated list of"[\s\S]*?\}\)\]/, 'children: [inPageLanguage("Endings or media types, separated by commas: .docx,.pdf")]'],
  [/return '"Static" defines[\s\S]*?from a FEEL expression\.';/, "return undefined;"],
  [/const TOOLTIP_TEXT = `[^`]*`;/, "const TOOLTIP_TEXT = undefined;"],
  ["type !== 'default');", "!['default', 'html', 'iframe', 'image', 'documentPreview', 'button'].includes(type));"],
  ["function translateFallback(template, replacements) {", "$&\n  return inPageLanguage(template, replacements);"],
  ['"Opened in popup"', 'inPageLanguage("Opened in popup")'],
  ['closeButtonTooltip: "Save and close"', 'closeButtonTooltip: inPageLanguage("Save and close")'],
  ["popupTitle = `${element.type} / `;", ""], // the name of a kind in the code
  // The same key would go on to the new component, which has the focus then, and let go of it.
  [/(const onKeyDown = event => \{\s*if \(event\.code === 'Enter'\) \{)/, "$1\n      event.preventDefault();"],
  // Entries of the panel, for our own groups.
  ["export { ContextPadModule,", "export { CheckboxEntry, FeelEntry, Group, SelectEntry, TextAreaEntry, TextfieldEntry, useService, ContextPadModule,"],
  ["useService as usePropertiesPanelService, useService$1 as useService,", "useService$1 as useEditorService,"],
];

export function formTexts(code, replacing) {
  const editor = code.includes("class FormEditor {");
  let text = code;
  if (editor) {
    for (const [old, fresh] of CHANGED) text = replacing(old, fresh)(text);
    for (const [old, key, values] of FILLED) {
      text = replacing(old, `inPageLanguage(${JSON.stringify(key)}, ${values})`)(text.replaceAll(old, old));
    }
  }
  else text = replacing("valueLabel || 'Select'", 'valueLabel || inPageLanguage("Select…")')(text);
  return `import { inPageLanguage } from ${JSON.stringify(LANGUAGE)};\n` + wrapped(text);
}

// Words of the table that are no texts where form-js has them.
const CODE = new Set(["Delete", "Enter", "start", "versionTag"]);

function wrapped(code) {
  return code.replace(
    /(?<=(?:^|[^=!])[:=?[,] ?\s*|return |editField\(field, \w+, )(?<!(?:translate|inPageLanguage)\([^)]*)(['"])((?:\\.|(?!\1)[^\\\n])*)\1/gm,
    (literal, _, inner) => {
      const text = plain(inner);
      const shown = known.has(text) && !CODE.has(text);
      return shown ? `inPageLanguage(${JSON.stringify(text)})` : literal;
    },
  );
}

function plain(inner) {
  return inner.replace(/\\(.)/g, (_, sign) => ({ n: "\n", t: "\t" })[sign] ?? sign);
}
