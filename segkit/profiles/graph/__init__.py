"""The identity graph: which identities are one profile, because they occur together in a record or event."""

from segkit.profiles.graph.core import MOST_IDENTITIES, Facts, Graph, public_id

__all__ = ["MOST_IDENTITIES", "Facts", "Graph", "public_id"]
