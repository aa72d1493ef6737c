"""The command line: the same functions as in Python, for shells and scripts.

Exit code 0 when all went well, 1 for a problem in what was asked (a wrong expression, a missing file, a failed job), 2
for wrong usage.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from segkit.cli.running import DEMO_FOLDER
from segkit.cli.terminal import UsageError, complain
from segkit.cli.words import commands
from segkit.errors import InvalidRequestError, SegkitError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["DEMO_FOLDER", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        The words after `segkit`; those of the process when left out.

    Returns
    -------
    int
        The exit code.
    """
    parser = commands()
    words = sys.argv[1:] if arguments is None else list(arguments)
    if not words:
        parser.print_help(sys.stderr)
        return 2
    options = parser.parse_args(words)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a terminal that lacks a letter gets a question mark instead of nothing
            stream.reconfigure(errors="replace")
    try:
        code = int(options.run(options))
        # while a closed pipe can still be answered
        sys.stdout.flush()
    except UsageError as error:
        complain(error, as_json=options.json)
        return 2
    except SegkitError as error:
        complain(error, as_json=options.json)
        return 1
    except BrokenPipeError:
        # whoever read our output has seen enough; keep the interpreter from flushing into the closed pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        complain(InvalidRequestError(str(error)), as_json=options.json)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 1
    return code
