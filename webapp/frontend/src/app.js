// What every page loads. Pages are whole without it; this makes them pleasanter.

import htmx from "htmx.org";
import "./app.css";
import { lookAhead } from "./lib/ahead.js";
import { saveDrafts } from "./lib/drafts.js";
import { checkFiles } from "./lib/files.js";
import { helpWhereOneStands } from "./lib/help.js";
import { walkRows } from "./lib/keys.js";
import { shortAddresses } from "./lib/filters.js";
import { keepLive } from "./lib/live.js";
import { offerPeople } from "./lib/mention.js";
import { closeMenus } from "./lib/menus.js";
import { insertPhrases } from "./lib/phrases.js";
import { narrowPeople } from "./lib/pick.js";
import { holdPresses } from "./lib/press.js";
import { printOnDemand, unfoldForPrint } from "./lib/print.js";
import { keepTyping } from "./lib/refresh.js";
import { showWhereOneIs } from "./lib/strips.js";
import { guardAgainstDoubleSubmit } from "./lib/submit-once.js";
import { unfoldWhatIsMeant } from "./lib/unfold.js";
import { sendFiles } from "./lib/uploads.js";

// The content-security policy forbids inline style and evaluated script; so must htmx.
htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // no case data in the browser's storage

window.htmx = htmx;

document.documentElement.classList.add("yf-js");
closeMenus(document);
showWhereOneIs(document);
walkRows(document);
helpWhereOneStands(document);
keepLive(document);
shortAddresses(document);
keepTyping(document);
narrowPeople(document);
offerPeople(document);
insertPhrases(document);
unfoldForPrint(document);
printOnDemand(document);
unfoldWhatIsMeant(document);
for (const form of document.querySelectorAll("form[enctype='multipart/form-data']")) {
  checkFiles(form);
}
holdPresses(document);
guardAgainstDoubleSubmit(document);
for (const form of document.querySelectorAll("form[data-yf-draft]")) {
  sendFiles(form);
  saveDrafts(form);
  lookAhead(form);
}
