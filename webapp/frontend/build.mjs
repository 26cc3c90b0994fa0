// Bundles every entry src/*.js, with the style sheets it imports, into hashed files.
//
//   node build.mjs OUTPUT_FOLDER
//
// Writes manifest.json ({"app.js": "app-X2Y3.js", …}), which the templates read, the licences of
// everything bundled, and beside each text a .gz of it for browsers that take one. A new entry is a new file in src/; helpers live in src/lib/.

import * as esbuild from "esbuild";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { patches } from "./patches.mjs";
import { purge } from "./purge.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const output = resolve(process.argv[2] ?? join(here, "../static/dist"));
const entries = readdirSync(join(here, "src"))
  .filter((name) => name.endsWith(".js"))
  .map((name) => join("src", name));

const { metafile } = await esbuild.build({
  absWorkingDir: here,
  entryPoints: entries,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  outdir: output,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome90"],
  charset: "utf8",
  legalComments: "none", // whole licences are written below
  loader: Object.fromEntries(
    ["woff", "woff2", "ttf", "eot", "svg", "png"].map((ending) => [`.${ending}`, "file"]),
  ),
  metafile: true,
  logLevel: "warning",
  plugins: [
    patches,
    {
      name: "purge",
      setup(build) {
        build.onLoad({ filter: /bootstrap[\\/]dist[\\/]css[\\/]bootstrap\.css$/ }, ({ path }) => ({
          contents: purge(readFileSync(path, "utf8")),
          loader: "css",
        }));
      },
    },
  ],
});

writeFileSync(join(output, "manifest.json"), JSON.stringify(manifest(), null, 2) + "\n");
writeFileSync(join(output, "LICENSES.txt"), licences());
for (const name of readdirSync(output).filter((each) => /\.(js|css|svg)$/.test(each))) {
  writeFileSync(join(output, `${name}.gz`), gzipSync(readFileSync(join(output, name)), { level: 9 }));
}

function manifest() {
  const names = {};
  for (const [path, made] of Object.entries(metafile.outputs)) {
    if (!made.entryPoint) continue;
    const entry = basename(made.entryPoint, ".js");
    names[`${entry}.js`] = basename(path);
    if (made.cssBundle) names[`${entry}.css`] = basename(made.cssBundle);
  }
  return Object.fromEntries(Object.entries(names).sort());
}

function licences() {
  const folders = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const found = input.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//);
    if (found) folders.add(resolve(here, found[1]));
  }
  return [...folders].sort().map(licence).join("\n\n");
}

function licence(folder) {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : "";
  if (!text && !about.license) throw new Error(`no licence in ${relative(here, folder)}`);
  return `==== ${about.name} ${about.version} (${about.license ?? "see below"})\n\n${text.trim()}\n`;
}
