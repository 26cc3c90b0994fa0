// Small changes to packages as they are bundled. Each says why, and fails when the package changed.

import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { formTexts } from "./formtexts.mjs";
import { simulationTexts } from "./simulationtexts.mjs";

const LANGUAGE = fileURLToPath(new URL("src/lib/modeler/language.js", import.meta.url));

const EDITOR = fileURLToPath(
  new URL("node_modules/@bpmn-io/form-js-editor/dist/index.es.js", import.meta.url),
);
const ONE = "one preact";

const DECISIONS = fileURLToPath(new URL("src/lib/decisions/language.js", import.meta.url));

// A part of dmn-js that is handed no translator, with texts of its own.
function translated(file, ...changes) {
  return {
    filter: new RegExp(`[\\\\/]dmn-js-[a-z-]+[\\\\/]lib[\\\\/](?:.*[\\\\/])?${file}\\.js$`),
    change: (text) =>
      `import { inPageLanguage } from ${JSON.stringify(DECISIONS)};\n` +
      changes.reduce((changed, old) => replacing(old, (found) => `inPageLanguage(${found})`)(changed), text),
  };
}

const PATCHES = [
  {
    // This line alone keeps the panel of the older dialect in the bundle.
    filter: /[\\/]bpmn-js-properties-panel[\\/]dist[\\/]index\.esm\.js$/,
    change: replacing("CamundaPlatformPropertiesProvider.$inject = ['propertiesPanel', 'injector'];", ""),
  },
  {
    // The content-security policy allows no <style> made by script; sheets made by script it does.
    filter: /[\\/]style-mod[\\/]src[\\/]style-mod\.js$/,
    change: replacing("!root.head && root.adoptedStyleSheets", "root.adoptedStyleSheets"),
  },
  {
    // Some parts are handed no translator and fall back to English; a few texts are in no one's hands.
    filter: /[\\/]@bpmn-io[\\/]properties-panel[\\/]dist[\\/]index\.esm\.js$/,
    change: (text) =>
      `import { inPageLanguage } from ${JSON.stringify(LANGUAGE)};\n` +
      [
        ["function translateFallback(template, replacements) {", "$&\n  return inPageLanguage(template, replacements);"],
        [/"Save and close"/g, 'inPageLanguage("Save and close")'],
        ["popupTitle = `${element.type} / `;", ""], // the name of a kind in the code
        ['"Opened in popup"', 'inPageLanguage("Opened in popup")'],
      ].reduce((changed, [old, fresh]) => replacing(old, fresh)(changed), text),
  },
  {
    // No translator at all: see there.
    filter: /[\\/]@bpmn-io[\\/]form-js-(?:editor|viewer)[\\/]dist[\\/]index\.es\.js$/,
    change: (text) => formTexts(text, replacing),
  },
  {
    // No translator either.
    filter: /[\\/]bpmn-js-token-simulation[\\/]lib[\\/]features[\\/].*\.js$/,
    change: (text, path) => simulationTexts(path, text, replacing),
  },
  {
    // Its messages are English only. The server checks every formula, in the page's language.
    filter: /[\\/]@bpmn-io[\\/]feel-lint[\\/]dist[\\/]index\.js$/,
    change: () => "export const cmFeelLinter = () => () => [];\nexport const lintExpression = () => [];\n",
  },
  {
    // Names complete what is typed; the English handbook behind them stays out. Ours are added.
    filter: /[\\/]@camunda[\\/]feel-builtins[\\/]dist[\\/]index\.js$/,
    change: (text) =>
      replacing(/"info": "(?:[^"\\]|\\.)*"/g, '"info": ""')(text) +
      `\ncamundaBuiltins.push(...${JSON.stringify(houseFunctions())});\n`,
  },
  {
    // The policy lets no style in markup through; set by script it is.
    filter: /[\\/]dmn-js-shared[\\/]lib[\\/]util[\\/]PoweredByUtil\.js$/,
    change: (text) => replacing(/domify\((linkMarkup|LIGHTBOX_MARKUP)\)/g, "styled($1)")(text) + STYLED,
  },
  {
    filter: /[\\/]dmn-js-decision-table[\\/]lib[\\/]features[\\/]drag-and-drop[\\/]DragAndDrop\.js$/,
    change: (text) => replacing(/domify\((`<span style=[^`]*`)\)/, "styled($1)")(text) + STYLED,
  },
  translated("ContextMenu", '"Decision table context menu"'),
  translated("ElementVariableComponent", '"Result"'),
  translated("ElementVariableEditorComponent", '"Result"', '"Result type"'),
  translated("ElementLogic", '"Expression of type "', '" is not supported."'),
  translated("FormalParametersEditor", '"Name"', '"Type"'),
  translated("InputDurationEdit", '"Value"'),
  translated("List", '"Remove item"'),
  translated(
    "IdsUtil",
    ...["'Element must have ID.'", "'Element must have unique ID.'", "'Id must not contain spaces.'"],
    ...["'Id must not contain prefix.'", "'Id must be a valid QName.'"],
  ),
];

const STYLED = `
function styled(markup) {
  const made = domify(markup.replaceAll("style=", "data-style="));
  for (const each of [made, ...made.querySelectorAll("[data-style]")]) each.style.cssText = each.dataset.style ?? "";
  return made;
}
`;

function replacing(old, fresh) {
  return (text) => {
    const changed = text.replace(old, fresh);
    if (changed === text) throw new Error(`nothing to replace any more: ${old}`);
    return changed;
  };
}

function houseFunctions() {
  const functions = {
    "limit date": ["id", "anchor"],
    "earliest date": ["id", "anchor"],
    "add working days": ["date", "n"],
    "working days between": ["from", "to"],
    units: [],
    parameter: ["id"],
  };
  return Object.entries(functions).map(([name, params]) => ({
    name,
    type: "function",
    params: params.map((each) => ({ name: each })),
    info: "",
  }));
}

export const patches = {
  name: "patches",
  setup(build) {
    // The editor of forms and what it shows forms with must share one preact: the editor's.
    build.onResolve({ filter: /^preact(?:\/|$)/ }, ({ path, importer, pluginData }) => {
      if (pluginData === ONE || !/form-js-viewer|lib[\\/]forms/.test(importer)) return null;
      const kind = "import-statement";
      return build.resolve(path, { resolveDir: dirname(EDITOR), kind, pluginData: ONE });
    });
    for (const { filter, change } of PATCHES) {
      build.onLoad({ filter }, ({ path }) => ({
        contents: change(readFileSync(path, "utf8"), path),
        loader: "js",
      }));
    }
  },
};
