"""Process packages: reading a folder or archive, checking all of it, hashing it.

A package is a mapping of paths to content. Its hash pins everything a running case depends on:
model, decisions, forms, document templates, texts, and the deadline catalogue it was made under.
"""

from engine.catalog.checking import all_problems, check, pinned
from engine.catalog.english import ENGLISH, english, with_english
from engine.catalog.package import Confidential, Law, Manifest, Package, Wall
from engine.catalog.reading import (
    REGION,
    SHELF,
    called_processes,
    drawn_names,
    package_hash,
    read_archive,
    read_folder,
    shelf_of,
)
from engine.catalog.secrets import weakened
from engine.catalog.skeleton import Beginning, skeleton

__all__ = [
    "ENGLISH",
    "REGION",
    "SHELF",
    "Beginning",
    "Confidential",
    "Law",
    "Manifest",
    "Package",
    "Wall",
    "all_problems",
    "called_processes",
    "check",
    "drawn_names",
    "english",
    "package_hash",
    "pinned",
    "read_archive",
    "read_folder",
    "shelf_of",
    "skeleton",
    "weakened",
    "with_english",
]
