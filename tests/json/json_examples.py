"""One document for each code of `pql/json`."""

from __future__ import annotations

from typing import Final

_TRUE = '{"nodeType": "literal", "literalType": "Boolean", "value": true}'

EXAMPLES: Final[dict[str, str]] = {
    "bad-json": '{"nodeType": "literal",',
    "bad-key": '{"nodeType": 3}',
    "bad-literal": '{"nodeType": "literal", "literalType": "Integer", "value": "many"}',
    "bad-params": '{"nodeType": "fnApply", "fnName": "=", "params": []}',
    "missing-key": '{"nodeType": "literal", "literalType": "Boolean"}',
    "unknown-node": '{"nodeType": "fnAply", "fnName": "not", "params": []}',
    "unknown-variable": '{"nodeType": "varRef", "varName": "Y"}',
}
