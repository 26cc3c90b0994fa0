// The panel's own groups: time limits, the step in law, documents and articles, separation of
// duties, constraints, messages a person records; and lists in place of typed ids.

import { Group, ListGroup } from "@bpmn-io/properties-panel";
import { getBusinessObject, is, isAny } from "bpmn-js/lib/util/ModelUtil";
import { Chosen, PickList, PropertyArea, PropertyText, Suggested } from "./entries.jsx";
import { attribute, properties, property, setAttribute, setProperties } from "./properties.js";

const OURS =
  /^(deadline|deadline\.from|extend|extend\.deadline|extend\.reason|unique|step|stage|document|law|notHandlerOf|sameHandlerAs|returnTo|irrevocable|constraint\.[A-Za-z0-9_]+(\.message)?|role|sender|form)$/;

// What the engine has no use for: offering it would only lead to complaints.
const LEFT_OUT = new Set([
  "Zeebe__ExecutionListeners",
  "Zeebe__TaskListeners",
  "jobPriorityDefinition",
  "businessId",
  "userTaskImplementation",
  "businessRuleImplementation",
  "scriptImplementation",
]);

export default class OfficeGroups {
  constructor(propertiesPanel, injector, translate, office) {
    this._injector = injector;
    this._translate = translate;
    this._office = office;
    propertiesPanel.registerProvider(200, this); // after the ones whose groups are changed here
  }

  getGroups(element) {
    return (groups) => {
      const kept = groups
        .filter((group) => !LEFT_OUT.has(group.id))
        // The form that starts a case is named in process.toml.
        .filter((group) => group.id !== "form" || !is(element, "bpmn:StartEvent"))
        .map((group) => this._changed(group, element));
      const own = this._own(element).filter(Boolean);
      const place = kept.findIndex((group) => !["general", "documentation"].includes(group.id));
      kept.splice(place < 0 ? kept.length : place, 0, ...own);
      return kept;
    };
  }

  _own(element) {
    const task = is(element, "bpmn:Task");
    const process = is(element, "bpmn:Process") || is(element, "bpmn:Participant");
    return [
      (task || process || isAny(element, ["bpmn:SubProcess", "bpmn:CallActivity"])) &&
        this._limits(element, task),
      isAny(element, ["bpmn:Activity"]) && this._step(element, task),
      task && this._papers(element),
      task && this._duties(element),
      is(element, "bpmn:UserTask") && this._back(element),
      task && this._constraints(element),
      is(element, "bpmn:Lane") && this._lane(element),
      receives(element) && this._message(element),
    ];
  }

  _limits(element, task) {
    const t = this._translate;
    const entries = [
      this._list(element, "deadline", t("Time limits"), t("Add a time limit…"), "deadlines", true),
    ];
    if (property(element, "deadline")) {
      entries.push({
        ...area(element, "deadline.from", t("Starts from (FEEL)")),
        description: t("The day or moment the clock starts from, or counts back from. Empty: when the element is entered."),
        monospace: true,
      });
    }
    if (task) {
      entries.push({ ...area(element, "extend", t("Extends a limit by (FEEL)")), monospace: true });
      if (property(element, "extend")) {
        entries.push(
          this._one(element, "extend.deadline", t("Limit that is extended"), "deadlines"),
          area(element, "extend.reason", t("Reason of the extension (FEEL)")),
        );
      }
    }
    return group("yf-limits", t("Time limits by law"), entries);
  }

  _step(element, task) {
    const t = this._translate;
    const entries = [text(element, "stage", t("Stage for supervision"))];
    entries[0].description = t("Heading under which supervision shows it. Empty: its name.");
    if (task) {
      entries.unshift({
        id: "yf-step",
        component: Suggested,
        element,
        name: "step",
        label: t("Step in law"),
        description: t("What the step is in law, such as legality-review."),
        choices: this._office.choices.steps,
        isEdited: () => Boolean(property(element, "step")),
      });
    }
    return group("yf-step-group", t("Step"), entries);
  }

  _papers(element) {
    const t = this._translate;
    return group("yf-papers", t("Documents and articles"), [
      this._list(element, "document", t("Documents it leaves"), t("Add a document…"), "documents"),
      this._list(element, "law", t("Articles shown to who does it"), t("Add an article…"), "laws"),
      text(element, "unique", t("Fields whose values are taken once in the office")),
    ]);
  }

  _duties(element) {
    const t = this._translate;
    const steps = this._handled(element);
    return group("yf-duties", t("Separation of duties"), [
      this._picked(element, "notHandlerOf", t("Not by who did"), t("Add a step…"), steps),
      this._picked(element, "sameHandlerAs", t("By the same person as"), t("Add a step…"), steps),
    ]);
  }

  // To where a person may send the matter back from here, and whether anything is taken back behind it.
  _back(element) {
    const t = this._translate;
    const nowhere = { id: "none", title: t("Nowhere: nothing is sent back from here") };
    const earlier = this._handled(element).filter((each) => each.person);
    return group("yf-back", t("Sending back"), [
      this._picked(element, "returnTo", t("May be sent back to"), t("Add a step…"), [nowhere, ...earlier]),
      {
        ...this._one(element, "irrevocable", t("Once done, it has taken effect outside"), "irrevocable"),
        choices: [{ id: "true", title: t("Yes: nothing is sent or taken back behind it") }],
      },
    ]);
  }

  // Steps of the drawing that somebody does.
  _handled(element) {
    return this._injector
      .get("elementRegistry")
      .filter((each) => each !== element && !each.labelTarget && (is(each, "bpmn:UserTask") || receives(each)))
      .map((each) => {
        const object = getBusinessObject(each);
        return { id: object.id, title: object.get("name") || object.id, person: is(each, "bpmn:UserTask") };
      })
      .sort((a, b) => a.id.localeCompare(b.id));
  }

  _constraints(element) {
    const t = this._translate;
    const injector = this._injector;
    const labels = properties(element)
      .map((each) => each.get("name").match(/^constraint\.([A-Za-z0-9_]+)$/)?.[1])
      .filter(Boolean);
    const unused = () => {
      let number = 1;
      while (labels.includes(`${number}`)) number += 1;
      return number;
    };
    return {
      id: "yf-constraints",
      label: t("Constraints on completion"),
      component: ListGroup,
      element,
      translate: t,
      items: labels.map((number) => ({
        id: `yf-constraint-${number}`,
        label: property(element, `constraint.${number}.message`) || t("Constraint {number}", { number }),
        entries: [
          { ...area(element, `constraint.${number}`, t("Must hold on completion (FEEL)")), monospace: true },
          area(element, `constraint.${number}.message`, t("What to say, and to do, when it does not")),
        ],
        remove: (event) => {
          event.stopPropagation();
          setProperties(injector, element, {
            [`constraint.${number}`]: "",
            [`constraint.${number}.message`]: "",
          });
        },
      })),
      add: (event) => {
        event.stopPropagation();
        setProperties(injector, element, { [`constraint.${unused()}`]: "true" });
      },
    };
  }

  _lane(element) {
    const t = this._translate;
    return group("yf-lane", t("Role"), [this._one(element, "role", t("Role that works here"), "roles")]);
  }

  _message(element) {
    const t = this._translate;
    return group("yf-message", t("Recorded by a person"), [
      this._list(element, "sender", t("Who may record that it came"), t("Add a role…"), "roles", true),
      this._one(element, "form", t("Form with its content"), "forms", (id) => this._office.edit("form", id)),
    ]);
  }

  // --- groups of others ------------------------------------------------------------------------

  _changed(found, element) {
    const t = this._translate;
    const { choices, edit } = this._office;
    if (found.id === "form") {
      return {
        ...found,
        entries: [
          this._reference(element, "zeebe:FormDefinition", "formId", t("Form"), choices.forms, (id) =>
            edit("form", id),
          ),
        ],
      };
    }
    if (found.id === "calledDecision") {
      const decision = this._reference(
        element, "zeebe:CalledDecision", "decisionId", t("Decision"), choices.decisions, (id) => edit("decision", id), false,
      );
      return { ...found, entries: instead(found.entries, /decisionId/i, decision) };
    }
    if (found.id === "calledElement") {
      const called = this._reference(
        element, "zeebe:CalledElement", "processId", t("Process"), choices.processes, null, false,
      );
      return { ...found, entries: instead(found.entries, /processId/i, called) };
    }
    if (found.id === "Zeebe__ExtensionProperties") {
      // Those with a place of their own are not shown twice.
      const names = properties(element).map((each) => each.get("name") ?? "");
      return { ...found, items: found.items.filter((_, index) => !OURS.test(names[index] ?? "")) };
    }
    return found;
  }

  // --- entries ---------------------------------------------------------------------------------

  _list(element, name, label, add, kind, formula = false) {
    return { ...this._picked(element, name, label, add, this._office.choices[kind]), formula };
  }

  _picked(element, name, label, add, choices) {
    return {
      id: `yf-${name}`, component: PickList, element, name, label, add, choices,
      isEdited: () => Boolean(property(element, name)),
    };
  }

  _one(element, name, label, kind, open) {
    const injector = this._injector;
    return {
      id: `yf-${name}`, component: Chosen, element, label, open, choices: this._office.choices[kind],
      get: () => property(element, name),
      set: (value) => setProperties(injector, element, { [name]: value }),
      isEdited: () => Boolean(property(element, name)),
    };
  }

  _reference(element, type, name, label, choices, open, drops = true) {
    const injector = this._injector;
    return {
      id: `yf-${name}`, component: Chosen, element, label, choices, open,
      get: () => attribute(element, type, name),
      set: (value) => setAttribute(injector, element, type, name, value, drops),
      isEdited: () => Boolean(attribute(element, type, name)),
    };
  }
}

OfficeGroups.$inject = ["propertiesPanel", "injector", "translate", "office"];

function group(id, label, entries) {
  return { id, label, component: Group, entries };
}

function text(element, name, label) {
  return {
    id: `yf-${name}`, component: PropertyText, element, name, label,
    isEdited: () => Boolean(property(element, name)),
  };
}

function area(element, name, label) {
  return { ...text(element, name, label), component: PropertyArea };
}

function instead(entries, pattern, fresh) {
  const kept = entries.filter((each) => !/binding|versionTag/i.test(each.id));
  return kept.some((each) => pattern.test(each.id))
    ? kept.map((each) => (pattern.test(each.id) ? fresh : each))
    : [fresh, ...kept];
}

function receives(element) {
  const object = getBusinessObject(element);
  return (
    isAny(element, ["bpmn:IntermediateCatchEvent", "bpmn:BoundaryEvent"]) &&
    (object.get("eventDefinitions") ?? []).some((each) => is(each, "bpmn:MessageEventDefinition"))
  );
}
