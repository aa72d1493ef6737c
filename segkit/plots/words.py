"""Numbers and times as the axes and notes of figures write them."""

from __future__ import annotations

from segkit.words import duration_words


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
