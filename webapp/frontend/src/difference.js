// How changes between two drawings look; the drawings themselves are diagram.js's.

import "./difference.css";
