"""The inbox: its tabs, narrowed and sorted as the address says; kept lists; news without reloading."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.commands import ArrangeList, RemoveList, SaveList
from engine.errors import Conflict, Invalid
from engine.queries import (
    HowListed,
    Inbox,
    ListLook,
    Named,
    Narrowing,
    NextTask,
    ProcessTitles,
    SavedLine,
    SavedLists,
)
from engine.queries.lists import COLUMNS, LIST_TABS, SORTS
from engine.queries.questions import Tab
from webapp.current import ask, do, lang
from webapp.rendering import home

pages = Blueprint("inbox", __name__)

TABS: tuple[Tab, ...] = ("todo", "claim", "returned", "read", "drafts", "done", "started")
WORK: tuple[Tab, ...] = ("todo", "claim", "returned")
"""Tabs whose rows are work: one is done after the other."""
TAG = "X-Yifa-Tag"
"""The header that names the state of a list."""
OWN_ORDER = {"done": "-closed"}
"""How a tab sorts by itself, where it is not by what is due."""
DOWNWARDS = ("opened", "closed")
"""Keys of which people want the newest first."""


@dataclass(frozen=True)
class Shown:
    """A tab as it is looked at."""

    tab: Tab
    narrowing: Narrowing

    @property
    def address(self) -> str:
        """Where it is shown: the address is the list."""
        return self.at()

    def at(self, cursor: str = "", endpoint: str = "inbox.show") -> str:
        """Where a page of it is shown, or something is done to it."""
        values: dict[str, Any] = {**self.narrowing.values}
        if cursor:
            values["cursor"] = cursor
        return url_for(endpoint, tab=self.tab, **values)

    @property
    def origin(self) -> str:
        """What a task opened from it remembers."""
        query = self.narrowing.query
        return f"{self.tab}?{query}" if query else self.tab

    @property
    def keys(self) -> tuple[str, ...]:
        """What it is sorted by, first things first."""
        return tuple((self.narrowing.sort or OWN_ORDER.get(self.tab, "due")).split(","))

    def sorts(self, key: str) -> str:
        """How it is sorted by a column now, for readers of the screen; '' where it is not."""
        if self.keys[0].removeprefix("-") != key:
            return ""
        return "descending" if self.keys[0].startswith("-") else "ascending"

    def by(self, key: str) -> str:
        """The address of the same list sorted by a column first, and by what it was sorted after."""
        first = self.keys[0]
        if first.removeprefix("-") == key:
            chosen = key if first.startswith("-") else f"-{key}"
        else:
            chosen = f"-{key}" if key in DOWNWARDS else key
        others = [part for part in self.keys if part.removeprefix("-") != key]
        sort = Narrowing.read(self.tab, {"sort": ",".join([chosen, *others])}).sort
        return Shown(self.tab, self.narrowing.sorted_by(sort)).address


def shown(tab: str) -> Shown:
    """The tab an address asks for. Raises 404."""
    known = next((one for one in TABS if one == tab), None)
    if known is None:
        abort(404)
    return Shown(known, Narrowing.read(known, request.args.to_dict()))


def origin() -> Shown | None:
    """The list a task's page was opened from, as its address remembers it."""
    tab, _mark, query = request.args.get("list", "")[:2_000].partition("?")
    known = next((one for one in WORK if one == tab), None)
    return Shown(known, Narrowing.parse(known, query)) if known is not None else None


def following(task_id: str) -> tuple[str, str]:
    """Where to go from a finished task opened from a list: the address, and the next task's id."""
    here = origin()
    if here is None:
        return url_for("inbox.show"), ""
    if ask(HowListed, tab=here.tab).after == "list":
        return here.address, ""
    found = ask(NextTask, task_id=task_id, tab=here.tab, narrowing=here.narrowing)
    if not found:
        return here.address, ""
    return url_for("tasks.show", task_id=found, list=here.origin), found


@pages.get("/inbox")
@pages.get("/inbox/")
def entrance() -> Response:
    """The address without a tab, as people type it."""
    return redirect(url_for("inbox.show"))


@pages.get("/")
@pages.get("/inbox/<tab>")
def show(tab: str = "todo") -> str:
    """One tab, narrowed and paged."""
    here = shown(tab)
    kept = ask(SavedLists)
    look = ask(HowListed, tab=tab)
    part = _part(here, kept, look)
    return render_template(
        "inbox/show.html",
        here=here,
        tab=here.tab,
        part=part,
        live=here.at(request.args.get("cursor", "")[:500], "inbox.live"),
        narrowing=here.narrowing,
        kept=kept,
        this=next((one for one in kept if _is(one, here)), None),
        look=look,
        columns=COLUMNS.get(tab, ()),
        sorts=SORTS.get(tab, ()),
        lists=LIST_TABS,
        meant=ask(Named, text=here.narrowing.person) if here.narrowing.person else (),
        processes=ask(ProcessTitles),
    )


@pages.get("/inbox/<tab>/live")
def live(tab: str) -> Response:
    """The tabs and rows alone; nothing (304) while they are as the asker knows them."""
    here = shown(tab)
    part = _part(here, ask(SavedLists), ask(HowListed, tab=tab))
    answer = make_response(part.tabs + part.rows)
    answer.set_etag(part.tag)
    # Nothing of a page is kept by a browser, not even its ETag: the script is told it beside.
    answer.headers[TAG] = part.tag
    return answer.make_conditional(request)


@dataclass(frozen=True)
class Part:
    """What of the page is fetched anew while one looks at it."""

    tabs: str
    rows: str

    @property
    def tag(self) -> str:
        """Its fingerprint: the same as long as one sees the same."""
        return hashlib.sha256((self.tabs + self.rows).encode()).hexdigest()[:32]


def _part(here: Shown, kept: tuple[SavedLine, ...], look: ListLook) -> Part:
    narrowing = here.narrowing
    page = ask(
        Inbox,
        tab=here.tab,
        cursor=request.args.get("cursor", "")[:500],
        text=narrowing.text,
        process_key=narrowing.process,
        lamp=narrowing.lamp,
        person=narrowing.person,
        since=narrowing.since,
        until=narrowing.until,
        sort=narrowing.sort,
    )
    given: dict[str, Any] = {"here": here, "tab": here.tab, "counts": home().counts}
    pinned = [one for one in kept if one.pinned]
    this = next((one.id for one in pinned if _is(one, here)), "")
    return Part(
        render_template("inbox/tabs.html", tabs=TABS, kept=pinned, this=this, **given),
        render_template("inbox/rows.html", page=page, columns=look.columns, **given),
    )


def _is(kept: SavedLine, here: Shown) -> bool:
    return (kept.tab, kept.query) == (here.tab, here.narrowing.query)


@pages.post("/inbox/<tab>/keep")
def keep(tab: str) -> Response:
    """Keep the list under a name, or change the one it is."""
    here = shown(tab)
    given: dict[str, Any] = {
        "tab": tab,
        "name": request.form.get("name", ""),
        "query": here.narrowing.query,
        "pinned": "pinned" in request.form,
        "list_id": request.form.get("list_id", ""),
    }
    try:
        do(SaveList, **given)
    except (Conflict, Invalid) as exc:
        flash(exc.message(lang()), "danger")
    else:
        flash(_("列表“%(name)s”已保存。", name=given["name"].strip()), "success")
    return redirect(here.address)


@pages.post("/inbox/kept/<list_id>/remove")
def forget(list_id: str) -> Response:
    """Remove a kept list."""
    do(RemoveList, list_id=list_id)
    flash(_("保存的列表已删除。"), "success")
    return redirect(url_for("inbox.show"))


@pages.post("/inbox/<tab>/arrange")
def arrange(tab: str) -> Response:
    """Choose the tab's columns, and what opens after a task is done."""
    here = shown(tab)
    do(
        ArrangeList,
        tab=tab,
        columns=tuple(request.form.getlist("column")),
        after=request.form.get("after"),
    )
    return redirect(here.address)
