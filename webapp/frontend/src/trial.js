// How the bar of a trial run looks; it needs no script.

import "./trial.css";
