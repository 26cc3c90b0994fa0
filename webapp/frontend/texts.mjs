// Every text that an editor passes to `translate`, from its bundle before it is made small; of
// form-js, which has no translator, also what it was not made to pass.
//
//   node texts.mjs src/modeler.js       → a JSON list
//
// A test compares them with the Chinese in src/lib/*/zh.js.

import * as esbuild from "esbuild";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { patches } from "./patches.mjs";

const { outputFiles } = await esbuild.build({
  absWorkingDir: dirname(fileURLToPath(import.meta.url)),
  entryPoints: [process.argv[2]],
  outdir: "none",
  bundle: true,
  write: false,
  charset: "utf8",
  loader: Object.fromEntries(
    [".css", ".woff", ".woff2", ".ttf", ".eot", ".svg", ".png"].map((each) => [each, "empty"]),
  ),
  plugins: [patches],
  logLevel: "error",
});
const code = outputFiles[0].text;
const found = new Set();

// The first argument of every call, and in it every string: `translate(on ? "On" : "Off")` has two.
for (const call of code.matchAll(/(?<![\w$])_?(?:translate|inPageLanguage|t)\d*\(/g)) {
  for (const text of strings(call.index + call[0].length)) found.add(text);
}
// Entries of menus name their texts, which are translated where they are shown.
const named = process.argv[2].includes("form")
  ? "label|title|description|tooltip|placeholder|children|text|emptyListMessage"
  : process.argv[2].includes("decisions")
    ? "label|title|explanation"
    : "label|title";
for (const [, text] of code.matchAll(new RegExp(`\\b(?:${named}): \\[?("(?:[^"\\\\\\n]|\\\\.)*")`, "g"))) {
  found.add(JSON.parse(text));
}
// What the panel makes of the kinds of elements: BoundaryEventNonInterrupting.
const start = code.indexOf("var iconsByType = {");
const kinds = start < 0 || named !== "label|title" ? "" : code.slice(start);
for (const [, name] of kinds.slice(0, kinds.indexOf("};")).matchAll(/^\s*"?(\w+)"?:/gm)) {
  found.add(name.replace(/(\B[A-Z])/g, " $1").replace(/(\bNon Interrupting)/g, "($1)"));
}
// Kinds of events and listeners stand in tables of their own.
for (const table of code.matchAll(/EVENT_TO_LABEL\d* = {([^}]*)}/g)) {
  for (const [, text] of table[1].matchAll(/: ("(?:[^"\\\n]|\\.)*")/g)) found.add(JSON.parse(text));
}
console.log(JSON.stringify([...found].filter((text) => /[A-Za-z]{2}/.test(text)).sort()));

function strings(from) {
  const texts = [];
  let depth = 0;
  for (let at = from; at < code.length; at += 1) {
    const sign = code[at];
    if ("\"'`".includes(sign)) {
      const end = closing(at, sign);
      const text = code.slice(at + 1, end);
      if (sign !== "`" || !text.includes("${")) texts.push(plain(text));
      at = end;
    } else if ("([{".includes(sign)) depth += 1;
    else if (")]}".includes(sign) && --depth < 0) return texts;
    else if (sign === "," && depth === 0) return texts;
  }
  return texts;
}

function closing(from, sign) {
  let at = from + 1;
  while (code[at] !== sign) at += code[at] === "\\" ? 2 : 1;
  return at;
}

function plain(text) {
  return text.replace(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/g, (_, escaped) =>
    /^[ux]/.test(escaped) && escaped.length > 1
      ? String.fromCharCode(parseInt(escaped.slice(1), 16))
      : { n: "\n", t: "\t" }[escaped] ?? escaped,
  );
}
