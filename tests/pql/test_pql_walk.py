"""Walking reaches every part of a tree and of a bound expression, whatever class is added."""

from __future__ import annotations

import typing

import pytest

from segkit.pql import bound, tree, walk

TREE = [*typing.get_args(walk.Part)]
BOUND = [*typing.get_args(bound.Bound)]


def _mentions(cls: type, wanted: tuple[type, ...]) -> bool:
    """Whether a field of a class can hold one of these classes."""
    return any(set(_inside(one)) & set(wanted) for one in typing.get_type_hints(cls, vars(_home(cls))).values())


def _home(cls: type) -> typing.Any:
    return bound if cls.__module__ == bound.__name__ else tree


def _inside(hint: typing.Any) -> list[typing.Any]:
    return [hint, *(deep for one in typing.get_args(hint) for deep in _inside(one))]


@pytest.mark.parametrize("cls", TREE, ids=lambda one: one.__name__)
def test_every_part_of_a_tree_is_reached(cls: type) -> None:
    holds = _mentions(cls, tuple(TREE))
    assert holds is (cls in walk._BELOW)


@pytest.mark.parametrize("cls", BOUND, ids=lambda one: one.__name__)
def test_every_bound_node_is_reached(cls: type) -> None:
    assert cls in bound._BELOW
