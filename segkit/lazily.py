"""What is loaded when it is first asked for, so that opening a workspace costs little more than a database.

Part of the ground floor: it imports nothing of segkit's.
"""

from __future__ import annotations

import sys
import threading
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_T = TypeVar("_T")
_making = threading.RLock()


class Later:
    """A module that is loaded when something in it is first asked for.

    Examples
    --------
    >>> fractions = Later("fractions")
    >>> fractions.Fraction(1, 2)
    Fraction(1, 2)
    """

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  what the module has under that name
        found = getattr(import_module(self._module), name)
        setattr(self, name, found)
        return found


def door(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a package that loads its names one by one.

    Parameters
    ----------
    package
        Its `__name__`.
    homes
        Name → the module that has it; a module's own name stands for the module.

    Examples
    --------
    >>> find, names = door("segkit.lazily", {"Fraction": "fractions", "fractions": "fractions"})
    >>> find("Fraction")(1, 2), names()
    (Fraction(1, 2), ['Fraction', 'fractions'])
    """

    def find(name: str) -> Any:  # noqa: ANN401  what the module has under that name
        home = homes.get(name)
        if home is None:
            message = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(message)
        module = import_module(home)
        found = module if home.rpartition(".")[2] == name else getattr(module, name)
        setattr(sys.modules[package], name, found)
        return found

    return find, lambda: sorted(homes)


class once(cached_property[_T]):  # noqa: N801  a decorator
    """A property that is made when first asked for, once, from however many threads."""

    if not TYPE_CHECKING:  # to a type checker it is what it inherits from

        def __get__(self, instance: object, owner: type | None = None) -> object:
            """The value; from the second time on the instance has it itself."""
            with _making:
                return super().__get__(instance, owner)
