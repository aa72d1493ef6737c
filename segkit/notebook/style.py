"""The look that all displays share.

Styles stand on the elements themselves: a saved notebook keeps them where style sheets are removed, and no rule reaches
beyond segkit's own output. Colours come from the theme: Jupyter's variables, and half-transparent greys elsewhere.
"""

from __future__ import annotations

from html import escape

FONT = "font-size:13px;line-height:1.4;font-variant-numeric:tabular-nums;"
MUTED = "opacity:.65;"
CELL = "padding:.22em .9em .22em 0;border:0;background:transparent;vertical-align:top;white-space:nowrap;"
BORDER = "border-bottom:1px solid var(--jp-border-color1,rgba(128,128,128,.45));"
NUMBER = "text-align:right;"
MONO = "font-family:var(--jp-code-font-family,ui-monospace,Menlo,Consolas,monospace);"
PRE = (
    f"{MONO}font-size:12.5px;line-height:1.45;margin:.3em 0;padding:.5em .7em;white-space:pre-wrap;"
    # Jupyter breaks anywhere inside `pre`; only a word longer than a line may be
    "word-break:normal;overflow-wrap:anywhere;"
    "border-radius:4px;background:rgba(128,128,128,.12);color:inherit;"
)
TRACK = "display:inline-block;width:16em;height:.55em;border-radius:.3em;background:rgba(128,128,128,.25);"

_STATUS = {
    "SUCCEEDED": "#1a7f4b",
    "FAILED": "#b3261e",
    "CANCELLED": "#656d76",
    "CANCELLING": "#656d76",
    "PROCESSING": "#1f6fb2",
    "QUEUED": "#8a5a00",
    "NEW": "#8a5a00",
}


def block(content: str) -> str:
    """The box around a display."""
    return f'<div class="segkit" style="{FONT}color:var(--jp-ui-font-color1,inherit);margin:.2em 0">{content}</div>'


def badge(status: str) -> str:
    """A status as a coloured label, white on a colour dark enough for any theme."""
    colour = _STATUS.get(status.upper(), "#656d76")
    return (
        f'<span style="background:{colour};color:#fff;border-radius:3px;padding:.1em .5em;font-size:11px;'
        f'font-weight:600;letter-spacing:.03em">{escape(status)}</span>'
    )


def bar(fraction: float | None) -> str:
    """A progress bar, filled from 0 to 1; empty while the fraction is not known."""
    percent = 100 * (fraction or 0.0)
    return (
        f'<span style="{TRACK}"><span style="display:block;width:{percent:.1f}%;height:100%;border-radius:.3em;'
        'background:#1f6fb2"></span></span>'
    )
