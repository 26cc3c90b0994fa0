"""Files of a package, as an administrator takes them out of a draft, renames them and puts them back."""

from __future__ import annotations

from typing import Any

import pytest

from engine import queries as q
from engine.commands import SYSTEM, SetLanguage
from tests.support.office import ADMIN, DRAFTER, Office, Visitor
from tests.support.pages import page, text
from tests.webapp.test_merging import SEEN, Two

FILES = "/admin/processes/supplies/files"
SIGN = "forms/sign.form"


def drafts(office: Office) -> Any:
    return office.engine.query(q.ProcessEditor(viewer=SYSTEM, process_key="supplies")).drafts


def kept(office: Office) -> dict[str, bytes]:
    (draft,) = drafts(office)
    query = q.ProcessFiles(viewer=SYSTEM, process_key="supplies", state=draft.id)
    files = office.engine.query(query)
    return dict(files)


def pressed(visitor: Visitor, answer: Any, how: str, path: str, **more: str) -> Any:
    """What comes of pressing a button for a file, with what its form holds."""
    for form in page(answer).xpath("//main//form[@method='post']"):
        fields = {each.get("name"): each.get("value", "") for each in form.xpath(".//input")}
        buttons = form.xpath(f".//button[@value='{how}']")
        if fields.get("path") == path and buttons:
            fields.pop("_csrf", None)
            return visitor.post(FILES, {**fields, "how": how, **more}, follow_redirects=True)
    raise AssertionError(f"no button {how} for {path}")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_form_in_use_is_taken_away_told_refused_and_put_back(office: Office, lang: str) -> None:
    office.engine.execute(SetLanguage(actor=ADMIN, lang=lang))
    visitor = office.client(ADMIN, lang)
    before = visitor.get(FILES)
    gone = pressed(visitor, before, "remove", SIGN)
    assert gone.status_code == 200
    told = text(gone)
    assert "S3_sign" in told
    assert {"zh": "改好之前不能部署", "en": "cannot be deployed"}[lang] in told
    assert SIGN not in kept(office)
    (draft,) = drafts(office)
    deploy = f"/admin/processes/supplies/deploy/{draft.id}"
    assert SIGN in text(visitor.get(deploy))  # among what changed
    version = page(visitor.get(deploy)).xpath("//input[@name='version']")[0].get("value")
    refused = visitor.post(deploy, {"version": version, "note": "x"})
    assert refused.status_code == 422
    assert "sign" in text(refused)
    pressed(visitor, gone, "restore", SIGN)
    assert SIGN in kept(office)


def test_a_renamed_form_goes_on_being_used_and_is_called_back(office: Office) -> None:
    visitor = office.client(ADMIN)
    before = pressed(visitor, visitor.get(FILES), "remove", "documents/opinion.toml")
    before = pressed(visitor, before, "restore", "documents/opinion.toml")
    was = kept(office)
    named = pressed(visitor, before, "rename", SIGN, name="approve")
    files = kept(office)
    assert "forms/approve.form" in files
    assert b'formId="approve"' in files["main.bpmn"]
    assert "S3_sign" in text(named)
    editor = page(named).xpath("//a[contains(@href, '/forms/approve/edit')]")[0].get("href")
    assert visitor.get(editor).status_code == 200
    back = pressed(visitor, named, "rename", "forms/approve.form")  # the undo stands first
    assert "sign.form" in text(back)
    assert kept(office) == was


def test_a_name_that_is_taken_is_told_and_what_was_typed_stays(office: Office) -> None:
    visitor = office.client(ADMIN)
    answer = pressed(visitor, visitor.get(FILES), "rename", SIGN, name="review")
    assert answer.status_code == 422
    (typed,) = page(answer).xpath("//details[@open]//input[@name='name']")
    assert (typed.get("value"), typed.get("aria-invalid")) == ("review", "true")
    assert drafts(office) == ()
    nothing = visitor.post(FILES, {"path": "process.toml", "how": "remove", "draft": ""})
    assert nothing.status_code == 422
    assert office.client(DRAFTER).get(FILES).status_code == 403


def test_a_file_one_took_away_is_gone_when_drafts_are_merged(office: Office) -> None:
    two = Two(office)
    mine = two.save(ADMIN, {"forms/review.form": None})
    theirs = two.save(ADMIN, {"law.toml": "# neu\n"})
    merge = f"/admin/processes/supplies/merge/{mine}/{theirs}"
    done = office.client(ADMIN).post(merge, {**SEEN, "how": "merge"})
    assert done.location.endswith(theirs)
    files = two.files(theirs)
    assert "forms/review.form" not in files
    assert files["law.toml"] == "# neu\n"
