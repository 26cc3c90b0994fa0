"""From a component's JSON to a :class:`Component`, kind by kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import re2

from engine.errors import Problem
from engine.forms import limits
from engine.forms.expressions import Template
from engine.forms.reading import Reader, decimal
from engine.forms.schema import (
    ANSWERED,
    CHOICES,
    CONTAINERS,
    INPUTS,
    Column,
    Component,
    Kind,
    Option,
    Options,
    Picker,
    Rules,
    Subtype,
)

_REFUSED = frozenset({"html", "iframe"})
_IGNORED = frozenset({"image", "documentPreview"})
_PAGED = frozenset({"multipage", "page"})
_KEY = re.compile(r"[^\W\d_]\w*(\.[^\W\d_]\w*)*")
_RESERVED = frozenset({"this", "parent", "i", "null", "true", "false", "not", "and", "or", "if"})
_PROPERTIES = {
    "picker", "role", "unit", "help", "requiredWhen", "validWhen", "validMessage", "minItems",
    "maxItems", "minDate", "maxDate", "confidential", "accept", "maxSize", "summary", "label", "opinion",
}  # fmt: skip
_PICKED = frozenset({Kind.TEXTFIELD, Kind.SELECT, Kind.TAGLIST})


class Builder:
    """Builds the components of one form, counting them and noting faults."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.problems: list[Problem] = []
        self.count = 0
        self.names = names

    def build(
        self, raws: list[Any], at: str = "components", prefix: str = "", depth: int = 1
    ) -> tuple[Component, ...]:
        """The components of one list, in order; those that are not shown left out."""
        built: list[Component] = []
        for index, raw in enumerate(raws):
            place = f"{at}[{index}]"
            self.count += 1
            if self.count > limits.FORM_COMPONENTS:
                if self.count == limits.FORM_COMPONENTS + 1:
                    self._reader({}, "").note("form.components", limit=limits.FORM_COMPONENTS)
                break
            if not isinstance(raw, Mapping):
                self._reader({}, place).note("component.shape")
                continue
            component = self._component(raw, place, prefix, depth)
            if component is not None:
                built.append(component)
        return tuple(built)

    def _reader(self, raw: Mapping[str, Any], at: str) -> Reader:
        return Reader(raw, at, self.names, self.problems)

    def _component(
        self, raw: Mapping[str, Any], place: str, prefix: str, depth: int
    ) -> Component | None:
        reader = self._reader(raw, place)
        kind = _kind(reader)
        if kind is None:
            return None
        steps = _steps(reader, kind)
        path = prefix + ".".join(steps)
        # People know their fields by key; the position helps only where there is none.
        reader.at = path if steps else place
        attributes = _read(reader, kind, place, steps, path if steps else "")
        children = self._children(reader, kind, place, prefix, steps, depth)
        return Component(**attributes, components=children)

    def _children(
        self,
        reader: Reader,
        kind: Kind,
        place: str,
        prefix: str,
        steps: tuple[str, ...],
        depth: int,
    ) -> tuple[Component, ...]:
        if kind not in CONTAINERS:
            return ()
        if depth >= limits.FORM_DEPTH:
            reader.note("form.deep", limit=limits.FORM_DEPTH)
            return ()
        below = prefix
        if steps:
            below += ".".join(steps) + ("[]." if kind is Kind.DYNAMICLIST else ".")
        return self.build(reader.list("components"), f"{place}.components", below, depth + 1)


def _kind(reader: Reader) -> Kind | None:
    name = reader.text("type")
    if name == "button":
        return None
    if name in _REFUSED:
        reader.note("component.refused", value=name)
        return None
    if name in _IGNORED:
        reader.warn("component.ignored", value=name)
        return None
    if name in _PAGED:
        reader.warn("component.paged", value=name)
        return Kind.GROUP
    try:
        return Kind(name)
    except ValueError:
        reader.note("component.type", value=name)
        return None


def _steps(reader: Reader, kind: Kind) -> tuple[str, ...]:
    if kind not in ANSWERED and kind is not Kind.GROUP:
        return ()
    key = reader.text("path" if kind in CONTAINERS else "key").strip()
    if not key:
        if kind is not Kind.GROUP:
            reader.note("key.missing")
        return ()
    if len(key) > 200 or not _KEY.fullmatch(key):
        reader.note("key.bad", value=key[:200])
        return ()
    steps = tuple(key.split("."))
    if _RESERVED & set(steps):
        reader.note("key.reserved", value=key)
        return ()
    return steps


def _read(
    reader: Reader, kind: Kind, place: str, steps: tuple[str, ...], path: str
) -> dict[str, Any]:
    properties = reader.inside("properties")
    layout = reader.inside("layout")
    attributes: dict[str, Any] = {
        "kind": kind,
        "id": reader.text("id"),
        "at": place,
        "steps": steps,
        "path": path,
        "label": _label(reader, properties, kind),
        "description": reader.template("description"),
        "help": properties.template("help"),
        "text": reader.template("text") if kind is Kind.TEXT else Template(""),
        "prefix": reader.inside("appearance").template("prefixAdorner"),
        "suffix": reader.inside("appearance").template("suffixAdorner"),
        "hide": reader.inside("conditional").formula("hide"),
        "row": layout.text("row"),
        "columns": _columns(layout),
        "confidential": properties.flag("confidential"),
        "summary": properties.flag("summary"),
        "properties": {
            name: _as_text(properties.raw[name])
            for name in properties.raw
            if name in _PROPERTIES and isinstance(properties.raw[name], (str, int, Decimal))
        },
    }
    if kind in INPUTS or kind is Kind.DYNAMICLIST:
        attributes["readonly"] = reader.flag_or_formula("readonly")
        attributes["disabled"] = reader.flag_or_formula("disabled")
        attributes["rules"] = _rules(reader, properties, kind)
    elif kind is Kind.GROUP:
        attributes["rules"] = _group_rules(properties)
    _known_properties(reader, properties)
    attributes.update(_OWN.get(kind, _nothing)(reader, properties))
    if kind in INPUTS:
        attributes["picker"] = _picker(properties, kind)
        attributes["default"] = _default(reader, kind, attributes)
    if kind in CHOICES:
        _choices_given(reader, attributes)
    return attributes


def _as_text(value: str | int | Decimal) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)[: limits.FORM_TEXT]


def _nothing(_reader: Reader, _properties: Reader) -> dict[str, Any]:
    return {}


def _label(reader: Reader, properties: Reader, kind: Kind) -> Template:
    label = reader.template("label")
    if not label.source:
        label = properties.template("label")
    if not label.source and (kind in INPUTS or kind is Kind.DYNAMICLIST):
        reader.warn("label.missing")
    return label


def _columns(layout: Reader) -> int | None:
    columns = layout.count("columns")
    if columns is not None and not 1 <= columns <= 16:
        layout.expected("columns", "count")
        return None
    return columns


def _known_properties(reader: Reader, properties: Reader) -> None:
    for name in properties.raw:
        if name not in _PROPERTIES:
            reader.warn("property.unknown", name=str(name)[:100])


def _rules(reader: Reader, properties: Reader, kind: Kind) -> Rules:
    validate = reader.inside("validate")
    rules = Rules(
        required=validate.flag("required"),
        required_when=properties.formula("requiredWhen"),
        min=validate.number_or_formula("min"),
        max=validate.number_or_formula("max"),
        min_length=validate.number_or_formula("minLength"),
        max_length=validate.number_or_formula("maxLength"),
        pattern=_pattern(validate),
        validation_type=_validation_type(validate),
        min_date=properties.moment("minDate"),
        max_date=properties.moment("maxDate"),
        no_past=reader.flag("disallowPassedDates"),
        min_items=properties.number_or_formula("minItems"),
        max_items=properties.number_or_formula("maxItems"),
        valid_when=properties.formula("validWhen"),
        valid_message=properties.template("validMessage"),
    )
    _rule_and_message(properties, rules)
    _fits(reader, kind, rules)
    for low, high, name in (
        (rules.min, rules.max, "min"),
        (rules.min_length, rules.max_length, "minLength"),
        (rules.min_items, rules.max_items, "minItems"),
    ):
        if isinstance(low, Decimal) and isinstance(high, Decimal) and low > high:
            reader.note("attribute.range", name=name)
    return rules


def _group_rules(properties: Reader) -> Rules:
    rules = Rules(
        valid_when=properties.formula("validWhen"),
        valid_message=properties.template("validMessage"),
    )
    _rule_and_message(properties, rules)
    return rules


def _rule_and_message(properties: Reader, rules: Rules) -> None:
    if (
        rules.valid_when is None
        and rules.valid_message.source
        and not properties.raw.get("validWhen")
    ):
        properties.note("rule.alone")
    if rules.valid_when is not None and not rules.valid_message.source:
        properties.warn("rule.silent")


_TEXTUAL = {Kind.TEXTFIELD, Kind.TEXTAREA}
_COUNTED = {Kind.DYNAMICLIST, Kind.CHECKLIST, Kind.TAGLIST, Kind.FILEPICKER}


def _fits(reader: Reader, kind: Kind, rules: Rules) -> None:
    """A rule on a kind that cannot break it is a misunderstanding worth telling."""
    for name, given, kinds in (
        ("min", rules.min, {Kind.NUMBER}),
        ("max", rules.max, {Kind.NUMBER}),
        ("minLength", rules.min_length, _TEXTUAL),
        ("maxLength", rules.max_length, _TEXTUAL),
        ("pattern", rules.pattern, _TEXTUAL),
        ("validationType", rules.validation_type, {Kind.TEXTFIELD}),
        ("minDate", rules.min_date, {Kind.DATETIME}),
        ("maxDate", rules.max_date, {Kind.DATETIME}),
        ("minItems", rules.min_items, _COUNTED),
        ("maxItems", rules.max_items, _COUNTED),
    ):
        if given not in (None, "") and kind not in kinds:
            reader.warn("attribute.kind", name=name, value=kind.value)


def _pattern(validate: Reader) -> str:
    pattern = validate.text("pattern")
    if not pattern:
        return ""
    try:
        compile_pattern(pattern)
    except re2.error as exc:
        reason = exc.args[0] if exc.args else ""
        told = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        validate.note("pattern.bad", reason=told)
        return ""
    return pattern


def compile_pattern(pattern: str) -> Any:
    """A linear-time regular expression (RE2), quiet and bounded in memory; raises re2.error."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 8 << 20
    return re2.compile(pattern, options)


def _validation_type(validate: Reader) -> str:
    kind = validate.text("validationType")
    return kind if kind in ("email", "phone") else ""


def _picker(properties: Reader, kind: Kind) -> Picker | None:
    name = properties.text("picker")
    if not name:
        return None
    if name != "people" or kind not in _PICKED:
        properties.note("picker.bad")
        return None
    return Picker(role=properties.template("role"), unit=properties.template("unit"))


def _number(reader: Reader, _properties: Reader) -> dict[str, Any]:
    increment = reader.number("increment")
    if increment is not None and increment <= 0:
        reader.expected("increment", "number")
        increment = None
    return {"decimals": reader.count("decimalDigits"), "increment": increment}


def _datetime(reader: Reader, _properties: Reader) -> dict[str, Any]:
    name = reader.text("subtype") or "date"
    if name not in {each.value for each in Subtype}:
        reader.note("component.type", value=f"datetime/{name}"[:100])
        name = "date"
    zone = reader.text("timeSerializingFormat")
    return {
        "subtype": Subtype(name),
        "zone": zone if zone in ("utc_normalized", "no_timezone") else "utc_offset",
        "minutes": reader.count("timeInterval") or 0,
    }


def _choices(reader: Reader, _properties: Reader) -> dict[str, Any]:
    raws = reader.list("values")
    key = reader.text("valuesKey").strip()
    formula = reader.formula("valuesExpression")
    if sum((bool(raws), bool(key), formula is not None)) > 1 or len(raws) > limits.FORM_OPTIONS:
        reader.note("options.many", limit=limits.FORM_OPTIONS)
        raws = []
    if key and not _KEY.fullmatch(key):
        reader.note("key.bad", value=key[:200])
        key = ""
    options = Options(
        fixed=_fixed(reader, raws), key=tuple(key.split(".")) if key else (), formula=formula
    )
    return {"options": options, "searchable": reader.flag("searchable")}


def _fixed(reader: Reader, raws: list[Any]) -> tuple[Option, ...]:
    options: dict[tuple[type, Any], Option] = {}
    for raw in raws:
        option = as_option(raw)
        if option is None or (type(option.value), option.value) in options:
            reader.note("options.bad", value=str(raw)[:80])
        elif len(option.label) > limits.FORM_TEXT:
            reader.note("attribute.long", name="values", limit=limits.FORM_TEXT)
        else:
            options[type(option.value), option.value] = option
    return tuple(options.values())


def as_option(raw: object) -> Option | None:
    """An option from ``{"label", "value"}`` or from a bare value; None when it is neither."""
    label: object = None
    if isinstance(raw, Mapping):
        label, raw = raw.get("label"), raw.get("value")
    if isinstance(raw, float):
        raw = decimal(raw)
    if not isinstance(raw, (str, int, Decimal)) or raw == "":
        return None
    if isinstance(raw, Decimal) and not raw.is_finite():
        return None
    if label is None or label == "":
        label = raw
    return Option(raw, str(label)) if isinstance(label, (str, int, Decimal)) else None


def _choices_given(reader: Reader, attributes: Mapping[str, Any]) -> None:
    options = attributes["options"]
    given = options.fixed or options.key or options.formula is not None
    tried = any(reader.raw.get(name) for name in ("values", "valuesKey", "valuesExpression"))
    if not given and not tried and attributes["picker"] is None:
        reader.note("options.none")


def _files(reader: Reader, properties: Reader) -> dict[str, Any]:
    accept = reader.text("accept") or properties.text("accept")
    return {
        "multiple": reader.flag_or_formula("multiple"),
        "accept": tuple(each.strip().lower() for each in accept.split(",") if each.strip()),
        "max_size": properties.size("maxSize"),
    }


def _computed(reader: Reader, _properties: Reader) -> dict[str, Any]:
    formula = reader.formula("expression")
    if formula is None and not reader.text("expression").strip():
        reader.expected("expression", "text")
    return {"formula": formula}


def _list(reader: Reader, _properties: Reader) -> dict[str, Any]:
    repetitions = reader.count("defaultRepetitions")
    return {
        "repetitions": min(1 if repetitions is None else repetitions, limits.ROWS),
        "resizable": reader.flag("allowAddRemove", default=True),
        "outline": reader.flag("showOutline"),
    }


def _group(reader: Reader, _properties: Reader) -> dict[str, Any]:
    return {"outline": reader.flag("showOutline")}


def _table(reader: Reader, _properties: Reader) -> dict[str, Any]:
    columns = []
    for raw in reader.list("columns")[:100]:
        key = raw.get("key") if isinstance(raw, Mapping) else None
        if not isinstance(key, str) or not key:
            reader.expected("columns", "list")
            continue
        label = raw.get("label")
        columns.append(Column(key=key, label=label if isinstance(label, str) else key))
    source = reader.text("dataSource").strip()
    return {
        "table": tuple(columns),
        "table_formula": reader.formula("columnsExpression"),
        "source": reader.formula("dataSource") if source else None,
    }


def _spacer(reader: Reader, _properties: Reader) -> dict[str, Any]:
    return {"height": min(reader.count("height") or 0, 1_000)}


_OWN = {
    Kind.NUMBER: _number,
    Kind.DATETIME: _datetime,
    Kind.RADIO: _choices,
    Kind.SELECT: _choices,
    Kind.CHECKLIST: _choices,
    Kind.TAGLIST: _choices,
    Kind.FILEPICKER: _files,
    Kind.EXPRESSION: _computed,
    Kind.DYNAMICLIST: _list,
    Kind.GROUP: _group,
    Kind.TABLE: _table,
    Kind.SPACER: _spacer,
}


def _default(reader: Reader, kind: Kind, attributes: Mapping[str, Any]) -> object:
    """The default value, kept plain; whether it fits is checked with the answers' own checks."""
    value = reader.raw.get("defaultValue")
    if value is None or value == "" or kind is Kind.FILEPICKER:
        return None
    if isinstance(value, list):
        value = [
            each for each in value[: limits.FORM_OPTIONS] if isinstance(each, (str, int, Decimal))
        ]
    if not isinstance(value, (str, int, Decimal, list)):
        reader.note("default.bad", reason=type(value).__name__)
        return None
    if kind is Kind.NUMBER:
        value = decimal(value)
        if value is None:
            reader.note("default.bad", reason=str(reader.raw["defaultValue"])[:80])
    return value
