"""Confidential fields of a package, with everything that is made of them, and what must not be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine import bpmn, dmn, feel, forms
from engine.catalog.package import Confidential, Manifest
from engine.catalog.problems import problem
from engine.errors import Problem
from engine.forms.schema import Kind

Made = tuple[str, frozenset[str]]


def spread(
    manifest: Manifest,
    definition: bpmn.Definition,
    loaded: Mapping[str, forms.Form],
    decisions: Mapping[str, dmn.Decisions],
) -> Manifest:
    """The manifest whose confidential fields include every variable that is made of one.

    A copy under another name is still what was said in confidence: scripts, mappings, decisions,
    the elements of a loop, and computed fields of forms pass secrecy on.
    """
    if not manifest.confidential:
        return manifest
    made = [*_by_model(definition, decisions), *_by_forms(loaded)]
    return replace(
        manifest,
        confidential=tuple(
            Confidential(fields=_closure(entry.fields, made), roles=entry.roles)
            for entry in manifest.confidential
        ),
    )


def _by_model(
    definition: bpmn.Definition, decisions: Mapping[str, dmn.Decisions]
) -> Iterator[Made]:
    for each in definition.derivations:
        found = decisions.get(each.decision)
        if found is not None:
            needed = found.required_inputs(each.decision)
            yield each.target, frozenset(one.name.split(".")[0] for one in needed)
        elif each.sources:
            yield each.target, each.sources


def _by_forms(loaded: Mapping[str, forms.Form]) -> Iterator[Made]:
    for form in loaded.values():
        for each in form.walk():
            if each.kind is Kind.EXPRESSION and each.formula is not None:
                yield each.path.replace("[]", "").split(".")[0], each.formula.mentions()


def _closure(fields: frozenset[str], made: list[Made]) -> frozenset[str]:
    known = set(fields)
    grew = True
    while grew:
        more = {target for target, sources in made if sources & known} - known
        known |= more
        grew = bool(more)
    return frozenset(known)


def faults(manifest: Manifest, loaded: Mapping[str, forms.Form]) -> Iterator[Problem]:
    """A title made of confidential fields; fields that only a form calls confidential."""
    secret = {name for entry in manifest.confidential for name in entry.fields}
    told = sorted(_mentioned(manifest.title_expression) & secret)
    if told:
        listed = "、".join(told)
        yield problem(
            "confidential-title",
            "title_expression",
            f"事项标题用到了保密字段（{listed}），而标题人人可见。请改用其他字段。",
            f"The title of cases uses confidential fields ({', '.join(told)}), and everybody reads "
            "titles. Use other fields.",
            file="process.toml",
        )
    marked = {
        field.key: name
        for name, form in loaded.items()
        for field in form.fields()
        if field.confidential and field.key not in secret
    }
    for key, form in sorted(marked.items()):
        yield problem(
            "confidential-unnamed",
            key,
            f"表单 {form} 的字段“{key}”标为保密，但 process.toml 的 [[confidential]] 没有写明谁可以看。请写明。",
            f"The field “{key}” of the form {form} is marked confidential, but no [[confidential]] "
            "of process.toml says who may read it. Say who.",
            file="process.toml",
        )


def weakened(before: Manifest, after: Manifest) -> tuple[str, ...]:
    """What a new version protects less than the one before, as texts in the packages' own words."""
    lost = [
        f"wall {wall.track}: {wall.when}"
        for wall in before.walls
        if all((wall.track, wall.when) != (other.track, other.when) for other in after.walls)
    ]
    lost += [f"exclude {who}" for who in before.excludes if who not in after.excludes]
    for entry in before.confidential:
        for name in sorted(entry.fields):
            readers = _readers(after, name)
            if readers is None or not readers <= (_readers(before, name) or frozenset()):
                lost.append(f"confidential {name}")
    return tuple(dict.fromkeys(lost))


def _readers(manifest: Manifest, field: str) -> frozenset[str] | None:
    """The roles that may read a field; None where everybody may."""
    entries = [entry.roles for entry in manifest.confidential if field in entry.fields]
    return frozenset.intersection(*entries) if entries else None


def _mentioned(expression: str) -> frozenset[str]:
    text = expression.removeprefix("=").strip()
    try:
        return feel.compile(text).names if text else frozenset()
    except feel.FeelSyntaxError:
        return frozenset()  # told elsewhere
