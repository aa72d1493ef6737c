"""`pql/json`: an expression as a tree of JSON nodes, as AEP's API stores it (`pql.md` R55, `docs/pql_json.md`).

`vocabulary` holds what writer and reader must agree on, `scopes` what a name means where it stands, `source` the JSON
text and the places in it that a message points at.
"""

from __future__ import annotations

from segkit.pql.trees.reading import from_json, is_tree
from segkit.pql.trees.writing import to_json

__all__ = ["from_json", "is_tree", "to_json"]
