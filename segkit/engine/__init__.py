"""The one place where SQL is run."""

from segkit.engine.core import Engine, Stream, render
from segkit.engine.watch import Measurement, Operator, Watch

__all__ = ["Engine", "Measurement", "Operator", "Stream", "Watch", "render"]
