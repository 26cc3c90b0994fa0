// What every page loads. Pages are whole without it; this makes them pleasanter.

import htmx from "htmx.org";
import "./app.css";
import { guardAgainstDoubleSubmit } from "./lib/submit-once.js";

// The content-security policy forbids inline style and evaluated script; so must htmx.
htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // no case data in the browser's storage

window.htmx = htmx;

document.documentElement.classList.add("yf-js");
guardAgainstDoubleSubmit(document);
