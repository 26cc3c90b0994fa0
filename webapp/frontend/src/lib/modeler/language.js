// Every text of the editor in the page's language: English is the key, Chinese stands in the two zh.js.
//
// What has no Chinese is shown in English, told to the console and counted, so that a test finds it.

import { zh as ofForms } from "../forms/zh.js";
import { zh as ofDrawings } from "./zh.js";

const zh = { ...ofDrawings, ...ofForms };

export const unknown = new Set();

// Some texts are read while their bundle is, before any editor is made.
let page = translator(globalThis.document?.documentElement.lang.slice(0, 2));

// For parts of the panel that are handed no translator.
export function inPageLanguage(template, replacements) {
  return page(template, replacements);
}

export function languageModule(lang) {
  page = translator(lang);
  return { translate: ["value", page] };
}

export function translator(lang) {
  return (template, replacements = {}) => {
    const text = String(template ?? "");
    return fill(lang === "zh" ? chinese(text) : text, replacements);
  };
}

function chinese(text) {
  if (Object.prototype.hasOwnProperty.call(zh, text)) return zh[text];
  if (/[A-Za-z]{2}/.test(text) && !/[\u4e00-\u9fff]/.test(text)) unknown.add(text);
  return text;
}

function fill(text, replacements) {
  return text.replace(/{([^}]+)}/g, (whole, key) => replacements[key] ?? whole);
}
