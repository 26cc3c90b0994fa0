// DMN of other versions than the editor's own: named as 1.3 for the editor, and written back as it was.

const OMG = "www.omg.org/spec/DMN";
const EDITORS = { model: `https://${OMG}/20191111/MODEL/`, places: `https://${OMG}/20191111/DMNDI/` };
const OTHERS = [
  { model: `http://${OMG}/20151101/dmn.xsd` }, // 1.1, which has no picture
  { model: `http://${OMG}/20151101/dmn11.xsd` },
  { model: `http://${OMG}/20180521/MODEL/`, places: `http://${OMG}/20180521/DMNDI/` }, // 1.2
  { model: `http://${OMG}/20191111/MODEL/`, places: `http://${OMG}/20191111/DMNDI/` },
  { model: `https://${OMG}/20211108/MODEL/`, places: `https://${OMG}/20211108/DMNDI/` }, // 1.4
  { model: `http://${OMG}/20211108/MODEL/`, places: `http://${OMG}/20211108/DMNDI/` },
  { model: `https://${OMG}/20230324/MODEL/`, places: `https://${OMG}/20230324/DMNDI/` }, // 1.5
  { model: `http://${OMG}/20230324/MODEL/`, places: `http://${OMG}/20230324/DMNDI/` },
];
const DECLARED = /(\sxmlns(?::[\w.-]+)?\s*=\s*)("[^"]*"|'[^']*')/g;

// A document as the editor takes it (`xml`), and what it gives back as the document's version (`back`).
export function versioned(text) {
  const named = [...text.matchAll(DECLARED)].map(([, , quoted]) => quoted.slice(1, -1));
  const own = OTHERS.find(({ model }) => named.includes(model));
  if (!own) return { xml: text, other: false, back: (xml) => xml };
  const kinds = Object.keys(EDITORS).filter((kind) => own[kind]);
  return {
    xml: renamed(text, kinds.map((kind) => [own[kind], EDITORS[kind]])),
    other: true,
    back: (xml) => renamed(xml, kinds.map((kind) => [EDITORS[kind], own[kind]])),
  };
}

function renamed(text, pairs) {
  return text.replace(DECLARED, (whole, head, quoted) => {
    const [, wanted] = pairs.find(([from]) => from === quoted.slice(1, -1)) ?? [];
    return wanted ? `${head}"${wanted}"` : whole;
  });
}
