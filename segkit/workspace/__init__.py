"""The public face: one object, and groups on it; what they do is done in other rooms."""

from segkit.workspace.core import Workspace
from segkit.workspace.jobs import Job
from segkit.workspace.profile import Profile
from segkit.workspace.ready import open_demo, open_workspace
from segkit.workspace.schema import SchemaTree
from segkit.workspace.segments import Segment
from segkit.workspace.size import Size

__all__ = ["Job", "Profile", "SchemaTree", "Segment", "Size", "Workspace", "open_demo", "open_workspace"]
