"""The public face: one object, and groups on it; what they do is done in other rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.lazily import door

if TYPE_CHECKING:
    from segkit.workspace.core import Workspace
    from segkit.workspace.jobs import Job
    from segkit.workspace.profile import Profile
    from segkit.workspace.ready import open_demo, open_workspace
    from segkit.workspace.schema import SchemaTree
    from segkit.workspace.segments import Segment
    from segkit.workspace.size import Size

__all__ = ["Job", "Profile", "SchemaTree", "Segment", "Size", "Workspace", "open_demo", "open_workspace"]

__getattr__, __dir__ = door(
    __name__,
    {
        "Job": "segkit.workspace.jobs",
        "Profile": "segkit.workspace.profile",
        "SchemaTree": "segkit.workspace.schema",
        "Segment": "segkit.workspace.segments",
        "Size": "segkit.workspace.size",
        "Workspace": "segkit.workspace.core",
        "open_demo": "segkit.workspace.ready",
        "open_workspace": "segkit.workspace.ready",
    },
)
