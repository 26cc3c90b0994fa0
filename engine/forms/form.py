"""A form: read once, then asked for its defaults, its state, its verdict on answers, its print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.errors import ModelRejected, Problem
from engine.forms import coherence, prefill, presenting, state, translate, validation
from engine.forms.checks import PeopleCheck
from engine.forms.components import Builder
from engine.forms.presenting import Shown
from engine.forms.reading import load
from engine.forms.schema import ANSWERED, Component, FieldInfo, Kind
from engine.forms.state import FormState
from engine.forms.validation import Validated
from engine.forms.values import FileRef


class Form:
    """A form-js form that has no faults. Immutable; safe to share between threads."""

    def __init__(
        self,
        document: Mapping[str, Any],
        components: tuple[Component, ...],
        warnings: tuple[Problem, ...] = (),
        names: tuple[str, ...] = (),
        texts: Mapping[str, str] | None = None,
    ) -> None:
        """Built by :func:`parse`, never directly."""
        self.document = document
        self.components = components
        self.warnings = warnings
        self.names = names
        self.english = dict(texts or {})
        """Chinese → this form's language for texts that are computed; empty in Chinese."""
        self._translation: tuple[Mapping[str, str], Form] | None = None
        self.computes = coherence.computes(components)
        """Whether the form has any formula."""
        self.triggers = coherence.triggers(components)
        """Schema paths (``bases[].title``) of the fields on which conditions depend."""

    @property
    def id(self) -> str:
        """The id written in the document, "" when there is none."""
        value = self.document.get("id")
        return value if isinstance(value, str) else ""

    def walk(self) -> Iterator[Component]:
        """Every component, containers before what they hold."""
        for top in self.components:
            yield from top.walk()

    def find(self, path: str) -> Component | None:
        """The component with this schema path, such as ``bases[].title``."""
        return next((each for each in self.walk() if each.path == path), None)

    def fields(self) -> tuple[FieldInfo, ...]:
        """Every field that has a value, flat, in the order of the page."""
        return tuple(_infos(self.components, confidential=False))

    def typed(self) -> frozenset[str]:
        """Variables whose values people type in: nothing of them is computed or only shown."""
        answered = [each for each in self.walk() if each.path and each.kind in ANSWERED]
        given = {
            _key(each)
            for each in answered
            if each.kind is Kind.EXPRESSION or each.readonly is not False
        }
        return frozenset(map(_key, answered)) - given

    def texts(self) -> tuple[str, ...]:
        """Every text of the form that people read, once each: what a translation must hold."""
        return translate.texts(self.document)

    def translated(self, texts: Mapping[str, str]) -> Form:
        """The same form, same keys, with every text found in ``texts`` replaced.

        The last translation is kept: a package asks with the same texts again and again.
        """
        kept = self._translation
        if kept is not None and kept[0] is texts:
            return kept[1]
        form = self._translate(texts)
        self._translation = (texts, form)
        return form

    def _translate(self, texts: Mapping[str, str]) -> Form:
        document = translate.translated(self.document, texts)
        builder = Builder(self.names)
        return Form(
            document,
            builder.build(document["components"]),
            self.warnings,
            self.names,
            {**self.english, **texts},
        )

    def blank(self, context: Mapping[str, object], *, now: datetime) -> dict[str, Any]:
        """Answers to begin with: the task's variables where they have the field's key, else defaults."""
        return prefill.blank(self.components, context)

    def blank_row(self, path: str) -> dict[str, Any]:
        """A new row of the repeating group with this schema path; KeyError when there is none."""
        component = self.find(path)
        if component is None or component.kind is not Kind.DYNAMICLIST:
            raise KeyError(path)
        return prefill.blank(component.components, {})

    def state(self, answers: object, context: Mapping[str, object], *, now: datetime) -> FormState:
        """What the form looks like with these answers: visible fields, choices, labels, limits.

        Answers too large to look at count as none.
        """
        known = {} if validation.oversize(answers) else answers
        return state.evaluate(self, known, context, now)

    def validate(
        self,
        answers: object,
        context: Mapping[str, object],
        *,
        now: datetime,
        people: PeopleCheck | None = None,
        files: Mapping[str, FileRef] | None = None,
        texts: Mapping[str, str] | None = None,
    ) -> Validated:
        """The answers as the engine may keep them, and everything wrong with them.

        Never raises for bad answers. ``people(user_id, role, unit)`` says whether somebody may be
        picked (without it nobody may); ``files`` holds the references of uploaded files by id
        (what the answers say about a file is not believed beyond its id); ``texts`` gives the
        English of labels named in problems.
        """
        return validation.validate(
            self, answers, context, now=now, people=people, files=files, texts=texts
        )

    def file_ids(self, answers: object) -> frozenset[str]:
        """Ids of files that the answers refer to: what to look up before :meth:`validate`."""
        return prefill.file_ids(self.components, answers)

    def present(
        self,
        values: Mapping[str, object],
        context: Mapping[str, object],
        *,
        now: datetime,
        lang: str = "zh",
        texts: Mapping[str, str] | None = None,
        name_of: Callable[[str], str] | None = None,
    ) -> tuple[Shown, ...]:
        """Earlier answers for reading: label and text, table or files, confidential ones marked.

        ``texts`` (Chinese → English) is used when ``lang`` is ``"en"``; ``name_of`` turns a user
        id into a name.
        """
        form = self.translated(texts) if lang == "en" and texts else self
        return presenting.present(form, values, context, now, lang, name_of or str)

    def show(self, path: str, value: object, *, lang: str = "zh") -> str:
        """One answer as text, by the field's schema path: written choices by their labels.

        Choices that are computed and people are shown by their values; :meth:`present` knows more.
        """
        component = self.find(path)
        return "" if component is None else presenting.show(self, component, value, lang)

    def summary(
        self,
        values: Mapping[str, object],
        context: Mapping[str, object],
        *,
        now: datetime,
        lang: str = "zh",
        texts: Mapping[str, str] | None = None,
        name_of: Callable[[str], str] | None = None,
    ) -> tuple[Shown, ...]:
        """At most three fields that tell one case from another: those marked ``summary``."""
        shown = self.present(values, context, now=now, lang=lang, texts=texts, name_of=name_of)
        wanted = [each for each in _flat(shown) if each.summary and not each.confidential]
        return tuple(wanted[:3])


def parse(data: bytes | str | Mapping[str, Any], *, names: Iterable[str] = ()) -> Form:
    """Read a form document; raises ModelRejected with every fault found.

    ``names`` are more functions with spaces in their names that its formulas may call, besides the
    law's own (``limit date``, …); whoever evaluates the form puts them into the context.
    """
    form, problems = _read(data, tuple(names))
    errors = [each for each in problems if each.severity == "error"]
    if form is None or errors:
        raise ModelRejected(errors)
    return form


def lint(data: bytes | str | Mapping[str, Any], *, names: Iterable[str] = ()) -> list[Problem]:
    """Every fault and warning of a form document; never raises for a bad one."""
    return _read(data, tuple(names))[1]


def _read(
    data: bytes | str | Mapping[str, Any], names: tuple[str, ...]
) -> tuple[Form | None, list[Problem]]:
    document, problems = load(data)
    if document is None:
        return None, problems
    builder = Builder(names)
    components = builder.build(document["components"])
    problems += builder.problems
    problems += coherence.faults(components)
    problems += validation.default_faults(components)
    warnings = tuple(each for each in problems if each.severity == "warning")
    return Form(document, components, warnings, names), problems


def _infos(components: Sequence[Component], confidential: bool) -> Iterator[FieldInfo]:
    for each in components:
        hushed = confidential or each.confidential
        if each.path and each.kind in ANSWERED:
            yield FieldInfo(
                path=each.path,
                key=_key(each),
                label=each.label.source or each.name,
                kind=each.kind,
                summary=each.summary,
                confidential=hushed,
                properties=each.properties,
            )
        yield from _infos(each.components, hushed)


def _key(component: Component) -> str:
    """The variable a field's answer goes into: the first step of its path."""
    return component.path.replace("[]", "").split(".")[0]


def _flat(shown: Iterable[Shown]) -> Iterator[Shown]:
    for each in shown:
        yield each
        yield from _flat(each.children)
