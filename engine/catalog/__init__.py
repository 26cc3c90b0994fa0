"""Process packages: reading a folder or archive, checking all of it, hashing it.

A package is a mapping of paths to content. Its hash pins everything a running case depends on:
model, decisions, forms, document templates, texts, and the deadline catalogue it was made under.
"""

from engine.catalog.cases import (
    MOST_CASES,
    DecisionCase,
    Formula,
    as_expected,
    cases_path,
    plain_inputs,
    plain_value,
    read_cases,
    typed_case,
    typed_kind,
    typed_text,
    write_cases,
)
from engine.catalog.checking import all_problems, check, pinned
from engine.catalog.contents import Changes, Use, kind_of, name_of, renamed, uses, without
from engine.catalog.english import ENGLISH, english, with_english
from engine.catalog.merging import together
from engine.catalog.package import Confidential, Law, Manifest, Package, Wall
from engine.catalog.reading import (
    REGION,
    SHELF,
    called_processes,
    decision_problems,
    drawn_names,
    load_decisions,
    package_hash,
    read_archive,
    read_folder,
    shelf_of,
)
from engine.catalog.secrets import weakened
from engine.catalog.skeleton import Beginning, skeleton
from engine.catalog.untranslated import no_english

__all__ = [
    "ENGLISH",
    "MOST_CASES",
    "REGION",
    "SHELF",
    "Beginning",
    "Changes",
    "Confidential",
    "DecisionCase",
    "Formula",
    "Law",
    "Manifest",
    "Package",
    "Use",
    "Wall",
    "all_problems",
    "as_expected",
    "called_processes",
    "cases_path",
    "check",
    "decision_problems",
    "drawn_names",
    "english",
    "kind_of",
    "load_decisions",
    "name_of",
    "no_english",
    "package_hash",
    "pinned",
    "plain_inputs",
    "plain_value",
    "read_archive",
    "read_cases",
    "read_folder",
    "renamed",
    "shelf_of",
    "skeleton",
    "together",
    "typed_case",
    "typed_kind",
    "typed_text",
    "uses",
    "weakened",
    "with_english",
    "without",
    "write_cases",
]
