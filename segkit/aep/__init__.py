"""Records to Adobe's JSON and back: pure functions, no state, no I/O."""

from segkit.aep.definitions import definition_from_aep, definition_list_to_aep, definition_to_aep
from segkit.aep.errors import error_to_aep
from segkit.aep.jobs import bulk_to_aep, cancel_to_aep, job_list_to_aep, job_to_aep, request_from_aep
from segkit.aep.policies import policy_list_to_aep, policy_to_aep

__all__ = [
    "bulk_to_aep",
    "cancel_to_aep",
    "definition_from_aep",
    "definition_list_to_aep",
    "definition_to_aep",
    "error_to_aep",
    "job_list_to_aep",
    "job_to_aep",
    "policy_list_to_aep",
    "policy_to_aep",
    "request_from_aep",
]
