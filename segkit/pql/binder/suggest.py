"""The nearest fields, for hints."""

from __future__ import annotations

from segkit.pql.diagnostics import nearest
from segkit.pql.types import Kind, Path, Schema, Type

_LIMIT = 5_000


def nearest_path(of: Type, wanted: Path, also: tuple[str, ...] = ()) -> str | None:
    """A hint with the paths below an object that are most like the wanted one: a sibling's name first, then the same
    last segment anywhere, then the whole path."""
    known = paths(of)
    siblings = nearest(wanted[0], [*(key for key, _ in of.fields), *also])
    longer = [f"{one}.{'.'.join(wanted[1:])}" for one in siblings] if len(wanted) > 1 else []
    found = [one for one in longer if one in known] or siblings
    if not found:
        last = wanted[-1].lower()
        found = [one for one in known if one.rpartition(".")[2].lower() == last][:3]
    found = found or nearest(".".join(wanted), known)
    if not found:
        ends = {one.rpartition(".")[2]: one for one in reversed(known)}
        found = [ends[one] for one in nearest(wanted[-1], ends)]
    return _sentence(found)


def is_near(of: Type, word: str, also: tuple[str, ...] = ()) -> bool:
    """Whether a word is much like the name of a field of an object, or the very name of a String further down."""
    if nearest(word, [*(key for key, _ in of.fields), *also], 1):
        return True
    return any(path.rpartition(".")[2] == word and _at(of, path).kind is Kind.STRING for path in paths(of))


def _at(of: Type, path: str) -> Type:
    for key in path.split("."):
        inside = of.of if of.kind is Kind.ARRAY else of
        of = inside.field(key) or of
    return of


def elsewhere(schema: Schema, of: Type, key: str) -> str | None:
    """A hint for a field of events that was looked for in the profile, the other way round, or where there are none."""
    if of == schema.event and not of.fields:
        return "there is no event dataset, so events have no fields"
    if of != schema.event and schema.event.field(key) is not None:
        return f"`{key}` is a field of events: `xEvent[{key} …]`"
    if of != schema.profile and schema.profile.field(key) is not None:
        return f"`{key}` is a field of the profile"
    return None


def paths(of: Type) -> list[str]:
    """The dotted paths below an object, through arrays, in breadth."""
    found: list[str] = []
    level: list[tuple[str, Type]] = [("", of)]
    while level and len(found) < _LIMIT:
        deeper: list[tuple[str, Type]] = []
        for prefix, one in level:
            inside = one.of if one.kind is Kind.ARRAY else one
            for key, below in inside.fields:
                found.append(prefix + key)
                deeper.append((f"{prefix}{key}.", below))
        level = deeper
    return found


def _sentence(found: list[str]) -> str | None:
    return "did you mean " + " or ".join(f"`{one}`" for one in found) + "?" if found else None
