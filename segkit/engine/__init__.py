"""The one place where SQL is run."""

from segkit.engine.core import Engine, Stream, render
from segkit.engine.watch import Measurement, Watch

__all__ = ["Engine", "Measurement", "Stream", "Watch", "render"]
