// The texts (and colours) of the simulation of tokens, which has no translator: as its code is bundled, each is
// handed to `inPageLanguage`. (Names of elements it writes as text itself, not as markup.)

import { LANGUAGE } from "./formtexts.mjs";

const said = (text, values = "") => `inPageLanguage(${JSON.stringify(text)}${values && `, ${values}`})`;
const KINDS = [
  ...["Service Task", "User Task", "Call Activity", "Script Task", "Business Rule Task", "Manual Task"],
  ...["Receive Task", "Send Task", "Task", "Exclusive Gateway", "Parallel Gateway", "Inclusive Gateway"],
  ...["Start Event", "Intermediate Event", "Boundary Event", "End Event"],
];
const OURS = `isSubProcess ? (getElementName(scopeElement) || ${said("Sub Process")}) : ${said("Process")}`;
const CHANGES = {
  "log/Log.js": [
    [
      /`\$\{\s*isSubProcess \? [^\n]*'Process'\s*\} \$\{\s*completed \? 'finished' : 'canceled'\s*\}`/,
      `completed ? ${said("{name} finished", `{ name: ${OURS} }`)} : ${said("{name} canceled", `{ name: ${OURS} }`)}`,
    ],
    [/`\$\{\s*isSubProcess \? [^\n]*'Process'\s*\} started`/, said("{name} started", `{ name: ${OURS} }`)],
    ...KINDS.map((kind) => [new RegExp(`elementName \\|\\| '${kind}'`, "g"), `elementName || ${said(kind)}`]),
    ["Simulation Log\n", `\${${said("Simulation log")}}\n`],
    ['aria-label="Close"', `aria-label="\${${said("Close")}}"`],
    ['<p class="bts-entry placeholder">No Entries</p>\n', `<p class="bts-entry placeholder">\${${said("No entries")}}</p>\n`],
    ["'<p class=\"bts-entry placeholder\">No Entries</p>'", `\`<p class="bts-entry placeholder">\${${said("No entries")}}</p>\``],
    ['title="Toggle Simulation Log"', `title="\${${said("Simulation log")}} (L)"`],
  ],
  // Colours that white can be read on, in place of any that come.
  "colored-scopes/ColoredScopes.js": [
    [
      /randomColor\(\{\s*count: 60\s*\}\)\.filter\([^\n]*\);/,
      '["#0b4a9e", "#8a1f1f", "#0b6b3a", "#6b3a8a", "#7a4a00", "#00606b", "#8a1f63", "#3f4a5a"];',
    ],
    ["primary: '#999'", "primary: '#595959'"],
    ["import randomColor from 'randomcolor';\n", ""],
  ],
  "reset-simulation/ResetSimulation.js": [
    ['title="Reset Simulation"', `title="\${${said("Reset simulation")}} (R)"`],
    ["text: 'Reset Simulation'", `text: ${said("Reset simulation")}`],
  ],
  "pause-simulation/PauseSimulation.js": [
    ['title="Play/Pause Simulation"', `title="\${${said("Play or pause the simulation")}}"`],
    ["text: 'Pause Simulation'", `text: ${said("Simulation paused")}`],
    ["text: 'Play Simulation'", `text: ${said("Simulation goes on")}`],
  ],
  "set-animation-speed/SetAnimationSpeed.js": [
    ['title="Set animation speed = ${ label }"', 'title="${label}"'],
    ["[ 'Slow',", `[ ${said("Slow")},`],
    ["[ 'Normal',", `[ ${said("Normal speed")},`],
    ["[ 'Fast',", `[ ${said("Fast")},`],
  ],
  "context-pads/handler/PauseHandler.js": [
    ["${ wait ? 'Remove' : 'Add' } pause point", `\${wait ? ${said("Do not stop here")} : ${said("Stop here")}}`],
  ],
  "context-pads/handler/TriggerHandler.js": [['title="Trigger Event"', `title="\${${said("Let it happen")}}"`]],
  "context-pads/handler/ExclusiveGatewayHandler.js": [
    ['title="Set Sequence Flow"', `title="\${${said("Choose the way")}}"`],
  ],
  "context-pads/handler/InclusiveGatewayHandler.js": [
    ['title="Set Sequence Flow"', `title="\${${said("Choose the way")}}"`],
  ],
  "simulation-state/SimulationState.js": [["text: 'Finished'", `text: ${said("Finished")}`]],
  "element-support/ElementSupport.js": [
    ["text: 'Found unsupported elements'", `text: ${said("Some elements cannot be simulated")}`],
    ["text: 'Not supported'", `text: ${said("Cannot be simulated")}`],
  ],
  "show-scopes/ShowScopes.js": [
    ['title="Focus process instance ${scope.id}"', `title="\${${said("Only this run: {id}", "{ id: scope.id }")}}"`],
  ],
};

// The texts of a file of it; what is no longer there to be replaced fails the build.
export function simulationTexts(path, text, replacing) {
  const file = path.replaceAll("\\", "/").split("/lib/features/")[1];
  const changes = CHANGES[file];
  if (!changes) return text;
  return (
    `import { inPageLanguage } from ${JSON.stringify(LANGUAGE)};\n` +
    changes.reduce((changed, [old, fresh]) => replacing(old, () => fresh)(changed), text.replaceAll("\r\n", "\n"))
  );
}
