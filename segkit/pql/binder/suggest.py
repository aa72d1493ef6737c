"""The nearest fields, for hints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.diagnostics import nearest
from segkit.pql.types import Kind, Path, Schema, Type

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LIMIT = 5_000
_FEW = 8
_MUCH_ALIKE = 0.85


def nearest_path(of: Type, wanted: Path, also: tuple[str, ...] = ()) -> str | None:
    """A hint with the paths below an object that are most like the wanted one.

    The same path but for case comes first, then a sibling's name below which the rest exists, then the same end
    anywhere, then names that are alike.
    """
    same = _ignoring_case(of, wanted)
    if same is not None:
        return _sentence([same])
    siblings = nearest(wanted[0], [*(key for key, _ in of.fields), *also])
    known = paths(of)
    longer = [f"{one}.{'.'.join(wanted[1:])}" for one in siblings] if len(wanted) > 1 else []
    found = [one for one in longer if one in set(known)]
    if not found and not any(_alike(one, wanted[0]) for one in siblings):
        found = _same_end(known, wanted)
    found = found or siblings or nearest(".".join(wanted), known)
    if not found:
        ends = {one.rpartition(".")[2]: one for one in reversed(known)}
        found = [ends[one] for one in nearest(wanted[-1], ends)]
    return _sentence(found)


def listed(of: Type, what: str) -> str | None:
    """A hint that names the fields of a small object."""
    names = [key for key, _ in of.fields]
    if not 0 < len(names) <= _FEW:
        return None
    last = f"`{names[-1]}`"
    all_of = f"{', '.join(f'`{one}`' for one in names[:-1])} and {last}" if len(names) > 1 else last
    return f"{what} has {'the field ' if len(names) == 1 else 'the fields '}{all_of}"


def _ignoring_case(of: Type, wanted: Path) -> str | None:
    found: list[str] = []
    for key in wanted:
        inside = of.of if of.kind is Kind.ARRAY else of
        name = next((one for one, _ in inside.fields if one.lower() == key.lower()), None)
        if name is None:
            # what stands behind the first names may be a function
            return None if not found or inside.fields else ".".join(found)
        found.append(name)
        of = inside.field(name) or of
    return ".".join(found)


def _alike(one: str, other: str) -> bool:
    import difflib  # noqa: PLC0415  only needed once something is wrong

    return difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio() >= _MUCH_ALIKE


def _same_end(known: Sequence[str], wanted: Path) -> list[str]:
    """The paths that end as the wanted one does, in as many names as possible."""
    for length in range(len(wanted), 0, -1):
        end = "." + ".".join(wanted[-length:]).lower()
        found = [one for one in known if f".{one}".lower().endswith(end)]
        if found:
            return found[:3]
    return []


def is_near(of: Type, word: str, also: tuple[str, ...] = ()) -> bool:
    """Whether a word is much like the name of a field of an object, or the very name of a String further down."""
    if nearest(word, [*(key for key, _ in of.fields), *also], 1):
        return True
    return any(path.rpartition(".")[2] == word and at(of, path.split(".")) == Type(Kind.STRING) for path in paths(of))


def at(of: Type, path: Iterable[str]) -> Type | None:
    """The type at a path below an object, through arrays; None where there is none."""
    found: Type | None = of
    for key in path:
        if found is None:
            return None
        inside = found.of if found.kind is Kind.ARRAY else found
        found = inside.field(key)
    return found


def first_of_kind(of: Type, *kinds: Kind) -> str | None:
    """The first path below an object of the first kind that there is one of."""
    known = paths(of)
    for kind in kinds:
        for one in known:
            found = at(of, one.split("."))
            if found is not None and found.kind is kind:
                return one
    return None


def elsewhere(schema: Schema, of: Type, wanted: Path) -> str | None:
    """A hint for a field of events that was looked for in the profile, the other way round, or where there are none."""
    path = ".".join(wanted)
    if of == schema.event and not of.fields:
        return "there is no event dataset, so events have no fields"
    if of != schema.event and schema.event.field(wanted[0]) is not None:
        return f"`{wanted[0]}` is a field of events: `xEvent[{path} …]`"
    if of != schema.profile and schema.profile.field(wanted[0]) is not None:
        return f"`{path}` is a field of the profile" if at(schema.profile, wanted) else None
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
