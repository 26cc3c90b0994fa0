/** @jsxRuntime automatic @jsxImportSource @bpmn-io/properties-panel/preact */
// Entries of the panel for our own properties.

import { SelectEntry, TextAreaEntry, TextFieldEntry } from "@bpmn-io/properties-panel";
import { useService } from "bpmn-js-properties-panel";
import { property, setProperties, words } from "./properties.js";

export function PropertyText({ element, id, name, label, description }) {
  const injector = useService("injector");
  return TextFieldEntry({
    element,
    id,
    label,
    description,
    debounce: useService("debounceInput"),
    getValue: () => property(element, name),
    setValue: (value) => setProperties(injector, element, { [name]: value }),
  });
}

export function PropertyArea({ element, id, name, label, description, monospace }) {
  const injector = useService("injector");
  return TextAreaEntry({
    element,
    id,
    label,
    description,
    monospace,
    translate: useService("translate"),
    debounce: useService("debounceInput"),
    getValue: () => property(element, name),
    setValue: (value) => setProperties(injector, element, { [name]: value }),
  });
}

// One of a list, with what it says of itself; what the list does not know stays as it is.
export function Chosen({ element, id, label, choices, get, set, open }) {
  const translate = useService("translate");
  const value = get();
  const known = choices.find((each) => each.id === value);
  return (
    <div>
      {SelectEntry({
        element,
        id,
        label,
        getValue: () => value,
        setValue: set,
        getOptions: () => [
          { value: "", label: translate("(none)") },
          ...(value && !known ? [{ value, label: translate("{id} (not there)", { id: value }) }] : []),
          ...choices.map((each) => ({ value: each.id, label: named(each) })),
        ],
      })}
      {known && <Said choice={known} />}
      {known && open && (
        <p class="yf-m-said">
          <a href={open(value)} target="_blank" rel="noopener" data-beside>
            {translate("Open beside")}
          </a>
        </p>
      )}
    </div>
  );
}

// Some of a list, each with what it says of itself, as a comma-separated property. A text that
// begins with "=" is a formula and stays one.
export function PickList({ element, id, name, label, add, choices, formula }) {
  const injector = useService("injector");
  const translate = useService("translate");
  const value = property(element, name);
  const set = (text) => setProperties(injector, element, { [name]: text });
  if (value.startsWith("=")) {
    return (
      <div>
        <PropertyArea
          element={element}
          id={id}
          name={name}
          label={label}
          monospace
          description={translate("A formula (FEEL) beginning with “=”. Empty it to choose from the list.")}
        />
      </div>
    );
  }
  const chosen = words(value);
  const others = choices.filter((each) => !chosen.includes(each.id));
  return (
    <div class="bio-properties-panel-entry" data-entry-id={id}>
      <div class="bio-properties-panel-label">{label}</div>
      {chosen.length > 0 && (
        <ul class="yf-m-chosen">
          {chosen.map((each) => (
            <Chip
              key={each}
              choice={choices.find((choice) => choice.id === each) ?? missing(each, translate)}
              remove={() => set(chosen.filter((other) => other !== each).join(","))}
            />
          ))}
        </ul>
      )}
      <select
        class="bio-properties-panel-input"
        id={`bio-properties-panel-${id}`}
        aria-label={add}
        value=""
        onChange={({ target }) => {
          const picked = target.value;
          target.value = "";
          if (picked === "=") set("=null");
          else if (picked) set([...chosen, picked].join(","));
        }}
      >
        <option value="">{add}</option>
        {others.map((each) => (
          <option key={each.id} value={each.id}>
            {named(each)}
          </option>
        ))}
        {formula && chosen.length === 0 && <option value="=">{translate("By a formula (FEEL)")}</option>}
      </select>
    </div>
  );
}

function Chip({ choice, remove }) {
  const translate = useService("translate");
  return (
    <li class={choice.gone ? "yf-m-chip yf-m-gone" : "yf-m-chip"}>
      <strong>{choice.title}</strong>
      <button
        type="button"
        class="yf-m-remove"
        aria-label={translate("Remove {name}", { name: choice.title })}
        title={translate("Remove {name}", { name: choice.title })}
        onClick={remove}
      >
        ×
      </button>
      <Said choice={choice} />
    </li>
  );
}

function Said({ choice }) {
  if (!choice.note && !choice.law && !choice.status) return null;
  return (
    <p class="yf-m-said">
      {choice.note && <span>{choice.note}</span>}
      {choice.law && <span class="yf-m-law">{choice.law}</span>}
      {choice.status && (
        <span class={choice.checked ? "yf-m-checked" : "yf-unverified"}>{choice.status}</span>
      )}
    </p>
  );
}

function named(choice) {
  const id = choice.title === choice.id ? "" : ` (${choice.id})`;
  const note = choice.note && choice.note.length < 40 ? ` — ${choice.note}` : "";
  return `${choice.title}${note || id}`;
}

function missing(id, translate) {
  return { id, title: id, note: translate("not there"), gone: true };
}

// A word of one's own, with those used elsewhere offered.
export function Suggested({ element, id, name, label, description, choices }) {
  const injector = useService("injector");
  const list = `${id}-list`;
  return (
    <div class="bio-properties-panel-entry" data-entry-id={id}>
      <div class="bio-properties-panel-textfield">
        <label class="bio-properties-panel-label" for={`bio-properties-panel-${id}`}>
          {label}
        </label>
        <input
          class="bio-properties-panel-input"
          id={`bio-properties-panel-${id}`}
          type="text"
          list={list}
          autocomplete="off"
          value={property(element, name)}
          onChange={({ target }) =>
            setProperties(injector, element, { [name]: target.value.trim() })
          }
        />
      </div>
      <datalist id={list}>
        {choices.map((each) => (
          <option key={each.id} value={each.id} />
        ))}
      </datalist>
      {description && <div class="bio-properties-panel-description">{description}</div>}
    </div>
  );
}
