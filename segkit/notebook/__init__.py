"""Displays: what records, tables and errors look like in a notebook and in a terminal.

Everything here turns plain dicts, lists and values into HTML or text, and needs neither pandas nor IPython; only
`progress_display` loads ipywidgets, inside a notebook's kernel.
"""

from __future__ import annotations

from segkit.notebook.colouring import coloured
from segkit.notebook.errors import install_errors, load_ipython_extension
from segkit.notebook.jobs import job_html, job_text
from segkit.notebook.progress import Progress, in_kernel, progress_display
from segkit.notebook.records import record_html, record_text
from segkit.notebook.segments import segment_html, segment_text
from segkit.notebook.tables import table_html, table_text

__all__ = [
    "Progress",
    "coloured",
    "in_kernel",
    "install_errors",
    "job_html",
    "job_text",
    "load_ipython_extension",
    "progress_display",
    "record_html",
    "record_text",
    "segment_html",
    "segment_text",
    "table_html",
    "table_text",
]
