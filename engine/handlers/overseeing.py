"""Following a case until it is lifted (督办): what is asked, until when, and what is answered."""

from __future__ import annotations

from engine.model.people import Viewer
from engine.model.rows import Instance


def supervises(viewer: Viewer, root: Instance) -> bool:
    """Whether a case lies within what somebody supervises by office.

    Behind a wall only who oversees its track, whatever else they supervise.
    """
    if viewer.system:
        return True
    if viewer.user_id in root.excluded or viewer.supervises == "own":
        return False
    if root.track:
        return root.track in viewer.tracks and viewer.supervises == "all"
    return viewer.supervises == "all" or root.unit_id in viewer.units
