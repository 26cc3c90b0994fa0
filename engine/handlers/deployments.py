"""Which version of a process is the newest, and putting up a new one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine import catalog
from engine.commands import Deploy
from engine.errors import Conflict, Forbidden, ModelRejected, Problem
from engine.model.results import Deployed
from engine.model.rows import Blob, Deployment

if TYPE_CHECKING:
    from engine.handlers.house import Context


def newest(reader: Any, process_key: str) -> Deployment | None:
    """The newest active deployment of a process, or None."""
    found = reader.find(Deployment, process_key=process_key, active=True, order="-version", limit=1)
    return found[0] if found else None


def deploy(context: Context, command: Deploy) -> Deployed:
    """Check a package whole and make it the newest version; the same content twice is one version."""
    if not (context.viewer.is_admin or context.viewer.system):
        raise Forbidden(
            reason={"zh": "只有管理员可以部署流程。", "en": "only administrators deploy processes."}
        )
    package, files = checked(context, command.files)
    key = package.manifest.key
    chain = context.tx.lock_chain(f"deploy:{key}")
    last = newest(context.tx, key)
    version = last.version if last else 0
    if command.expected_version is not None and command.expected_version != version:
        raise Conflict(
            reason={
                "zh": f"{last.deployed_by if last else ''} 已部署了第 {version} 版。",
                "en": f"{last.deployed_by if last else ''} has deployed version {version} meanwhile.",
            }
        )
    if last is not None and last.sha256 == package.sha256:
        return _answer(last, package, new=False)
    weaker = _weaker(context, last, package)
    if weaker and not context.viewer.system and not command.note.strip():
        raise ModelRejected([_weakened(weaker)])
    chain.seq += 1
    context.tx.update(chain, "seq")
    row = Deployment(
        tenant=context.tenant,
        id=context.new_id(),
        process_key=key,
        version=version + 1,
        sha256=package.sha256,
        title=package.manifest.title,
        files=store_blobs(context, files),
        deployed_at=context.now_ms,
        deployed_by=context.actor,
        note=command.note,
    )
    context.tx.insert(row)
    said = {"process": key, "version": row.version, "sha256": package.sha256}
    if weaker:
        said |= {"weaker": list(weaker), "note": command.note}
    context.record("deploy", row.id, said)
    return _answer(row, package, new=True)


def checked(
    context: Context, given: Mapping[str, bytes]
) -> tuple[catalog.Package, dict[str, bytes]]:
    """A package that may be deployed, and its files with the office's shelves.

    Raises ModelRejected with every problem.
    """
    faults = own_shelf(given)
    if faults and not context.viewer.system:
        raise ModelRejected(faults)
    house = context.house
    files = with_shelves(given, house.shelves)
    package = catalog.check(
        files,
        script_formats=frozenset(house.script_handlers),
        operations=frozenset(house.operations),
        known_processes=frozenset(
            key for (key,) in context.tx.columns(Deployment, ("process_key",), active=True)
        ),
    )
    return package, files


def _weaker(context: Context, last: Deployment | None, package: catalog.Package) -> tuple[str, ...]:
    if last is None:
        return ()
    return catalog.weakened(context.house.package(last.id).manifest, package.manifest)


def _weakened(weaker: tuple[str, ...]) -> Problem:
    listed = "；".join(weaker)[:500]
    return Problem(
        code="protection-weakened",
        where="",
        zh=f"新版本比现行版本保护得少（{listed}）。确需如此的，请在部署说明中写明理由，理由记入证据链。",
        en=f"This version protects less than the one before ({listed}). If that is meant, say why in "
        "the note; the reason goes into the evidence.",
        file="process.toml",
    )


def own_shelf(files: Mapping[str, bytes]) -> list[Problem]:
    """A package that brings limits of law of its own: they are the house's, for all processes."""
    return [
        Problem(
            code="own-shelf",
            where="",
            zh=f"流程包不能自带期限目录（{path}）。期限以本单位的目录为准，请删去这个文件。",
            en=f"A package brings no catalogue of limits of its own ({path}): the office's holds for "
            "all. Leave this file out.",
            file=path,
        )
        for path in sorted(files)
        if path.startswith("shelf/")
    ]


def with_shelves(files: Mapping[str, bytes], shelves: Mapping[str, bytes]) -> dict[str, bytes]:
    """A package with the deadline catalogue it is pinned to, unless it brings its own."""
    return {**shelves, **files}


def store_blobs(context: Context, files: Mapping[str, bytes]) -> dict[str, str]:
    """Keep contents that are not kept yet; gives the hash of each file."""
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    known = {
        sha256
        for (sha256,) in context.tx.columns(Blob, ("sha256",), sha256=sorted(set(hashes.values())))
    }
    for path, sha256 in hashes.items():
        if sha256 not in known:
            known.add(sha256)
            context.tx.insert(Blob(tenant=context.tenant, sha256=sha256, content=files[path]))
    return hashes


def _answer(row: Deployment, package: catalog.Package, *, new: bool) -> Deployed:
    return Deployed(
        deployment_id=row.id,
        process_key=row.process_key,
        version=row.version,
        new=new,
        sha256=row.sha256,
        warnings=package.warnings,
    )
