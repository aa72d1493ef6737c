"""What a set of bound expressions needs of profiles and events, and what they share."""

from segkit.plan.check import unsupported
from segkit.plan.clock import Clock
from segkit.plan.features import Feature, Features
from segkit.plan.forms import Form
from segkit.plan.plan import Plan, plan

__all__ = ["Clock", "Feature", "Features", "Form", "Plan", "plan", "unsupported"]
