// Every text of the editor of decisions in the page's language: English is the key, Chinese stands
// in zh.js.
//
// What has no Chinese is shown in English and counted, so that a test finds it.

import { zh } from "./zh.js";

export const unknown = new Set();

// Some texts are read while the bundle is, before any editor is made.
let page = translator(globalThis.document?.documentElement.lang.slice(0, 2));

// For parts that are handed no translator.
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
    return fill(lang === "zh" ? chinese(text) : english(text), replacements);
  };
}

function chinese(text) {
  if (Object.prototype.hasOwnProperty.call(zh, text)) return zh[text];
  if (/[A-Za-z]{2}/.test(text) && !/[\u4e00-\u9fff]/.test(text)) unknown.add(text);
  return text;
}

// Names of types are shown as words.
const TYPES = {
  string: "text",
  boolean: "yes or no",
  dateTime: "date and time",
  dayTimeDuration: "days and time",
  yearMonthDuration: "years and months",
  Any: "anything",
};

function english(text) {
  return TYPES[text] ?? text;
}

function fill(text, replacements) {
  return text.replace(/{([^}]+)}/g, (whole, key) => replacements[key.trim()] ?? whole);
}
