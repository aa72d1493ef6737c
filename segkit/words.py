"""Lengths of time and shares in words, the same in tables, figures and terminals.

Part of the ground floor: it imports nothing.
"""

from __future__ import annotations


def duration_words(seconds: float) -> str:
    """A length of time in at most two units.

    Examples
    --------
    >>> [duration_words(one) for one in (0, 0.0421, 3.14, 42, 184, 7260, 200_000)]
    ['0 s', '42 ms', '3.1 s', '42 s', '3 min 4 s', '2 h 1 min', '2 d 7 h']
    """
    if seconds < 0:
        return f"-{duration_words(-seconds)}"
    if 0 < seconds < 0.9995:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s" if seconds else "0 s"
    whole = round(seconds)
    for name, unit, part, below in (("d", 86400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1)):
        if whole >= unit:
            rest = whole % unit // below
            return f"{whole // unit} {name} {rest} {part}" if rest else f"{whole // unit} {name}"
    return f"{whole} s"


def share_words(share: float) -> str:
    """A share between 0 and 1 as a percentage that never rounds something to nothing or almost all to all.

    Examples
    --------
    >>> [share_words(one) for one in (0, 0.00001, 0.1234, 0.9999, 1)]
    ['0 %', '<0.1 %', '12.3 %', '>99.9 %', '100 %']
    """
    percent = share * 100
    if percent in {0, 100}:
        return f"{percent:.0f} %"
    if 0 < percent < 0.1:
        return "<0.1 %"
    return ">99.9 %" if 99.9 < percent < 100 else f"{percent:.1f} %"


def bytes_words(number: float) -> str:
    """A number of bytes in the unit that leaves it one to three digits before the point.

    Examples
    --------
    >>> [bytes_words(one) for one in (0, 999, 1000, 1_585_152, 64_000_000, 1.5e9, 9.9996e11)]
    ['0 B', '999 B', '1.0 kB', '1.6 MB', '64 MB', '1.5 GB', '1.0 TB']
    """
    units = ("B", "kB", "MB", "GB", "TB", "PB")
    place = 0
    while round(number, 1 if number < 10 else 0) >= 1000 and place < len(units) - 1:
        number, place = number / 1000, place + 1
    return f"{number:.1f} {units[place]}" if place and number < 9.95 else f"{number:.0f} {units[place]}"
