"""From a rule to numbers: what an answer depends on, and how the segments of a job are evaluated."""

from segkit.evaluation.job import JobEvaluation
from segkit.evaluation.scope import Scope
from segkit.evaluation.sources import Sources
from segkit.evaluation.views import Views, query

__all__ = ["JobEvaluation", "Scope", "Sources", "Views", "query"]
