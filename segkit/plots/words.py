"""Numbers and times as the figures write them."""

from __future__ import annotations


def share_words(share: float | None) -> str:
    """A share between 0 and 1 as a percentage that never rounds something to nothing or almost all to all.

    Examples
    --------
    >>> [share_words(one) for one in (0, 0.00001, 0.1234, 0.9999, 1)]
    ['0 %', '<0.1 %', '12.3 %', '>99.9 %', '100 %']
    """
    if share is None:
        return ""
    percent = share * 100
    match percent:
        case 0 | 100:
            return f"{percent:.0f} %"
        case small if 0 < small < 0.1:
            return "<0.1 %"
        case large if 99.9 < large < 100:
            return ">99.9 %"
        case _:
            return f"{percent:.1f} %"


def duration_words(seconds: float) -> str:
    """A length of time in at most two units.

    Examples
    --------
    >>> [duration_words(one) for one in (0, 0.0421, 3.14, 42, 184, 7260, 200_000)]
    ['0 s', '42 ms', '3.1 s', '42 s', '3 min 4 s', '2 h 1 min', '2 d 7 h']
    """
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


def tick_words(seconds: float) -> str:
    """A round length of time for an axis.

    Examples
    --------
    >>> [tick_words(one) for one in (0, 0.05, 0.5, 5, 120, 5400)]
    ['0 s', '50 ms', '500 ms', '5 s', '2 min', '1 h 30 min']
    """
    if seconds < 1:
        return f"{seconds * 1000:g} ms" if seconds else "0 s"
    return f"{seconds:g} s" if seconds < 60 else duration_words(seconds)


def count_words(count: int, noun: str) -> str:
    """A number with its noun: `1 segment`, `2,000 segments`.

    Examples
    --------
    >>> count_words(1, "segment"), count_words(2000, "segment")
    ('1 segment', '2,000 segments')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def short_count(count: float) -> str:
    """A round number for an axis.

    Examples
    --------
    >>> [short_count(one) for one in (0, 800, 2500, 20_000, 1_250_000, 3e9)]
    ['0', '800', '2,500', '20,000', '1.25 M', '3,000 M']
    """
    return f"{count / 1e6:,.6g} M" if count >= 1e6 else f"{count:,.0f}"
