"""A schema to bind against, and a short form of bound expressions to compare with."""

from __future__ import annotations

import datetime as dt

import pytest

import segkit.pql.bound as B  # noqa: N812  one letter keeps the cases below readable
from segkit.pql import parse
from segkit.pql.binder import BoundExpression, bind
from segkit.pql.diagnostics import Diagnostic, PQLError
from segkit.pql.types import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    STRING,
    TIMESTAMP,
    UNSUPPORTED,
    Schema,
    array_of,
    map_of,
    object_of,
)

ITEM = object_of(
    {"SKU": STRING, "name": STRING, "price": DOUBLE, "quantity": INTEGER, "tags": array_of(STRING), "sold": TIMESTAMP}
)
EVENT = object_of(
    {
        "_id": STRING,
        "timestamp": TIMESTAMP,
        "day": DATE,
        "epoch": INTEGER,
        "eventType": STRING,
        "productListItems": array_of(ITEM),
        "commerce": object_of(
            {
                "order": object_of({"priceTotal": DOUBLE, "currencyCode": STRING, "purchaseID": STRING}),
                "purchases": object_of({"value": DOUBLE}),
            }
        ),
    }
)
PROFILE = object_of(
    {
        "homeAddress": object_of({"city": STRING, "country": STRING, "postalCode": STRING}),
        "workAddress": object_of({"city": STRING, "country": STRING}),
        "person": object_of(
            {"name": object_of({"firstName": STRING}), "gender": STRING, "birthDate": DATE, "birthYear": INTEGER}
        ),
        "age": INTEGER,
        "score": DOUBLE,
        "active": BOOLEAN,
        "modified": TIMESTAMP,
        "created": TIMESTAMP,
        "now2": TIMESTAMP,
        "colors": array_of(STRING),
        "wishes": array_of(STRING),
        "numbers": array_of(INTEGER),
        "visits": array_of(TIMESTAMP),
        "orders": array_of(ITEM),
        "count": INTEGER,
        "scores": map_of(DOUBLE),
        "identityMap": map_of(array_of(object_of({"id": STRING, "primary": BOOLEAN}))),
        "segmentMembership": map_of(map_of(object_of({"status": STRING}))),
        "blob": UNSUPPORTED,
    }
)
SCHEMA = Schema(PROFILE, EVENT)

_OPERATORS = {"equal": "==", "different": "!==", "intersects": "meets", "subset": "within", "superset": "covers"}


def bound(text: str, **segments: str) -> BoundExpression:
    """Bind a text; keyword arguments are the other segments by name."""
    rules = {name: parse(rule) for name, rule in segments.items()}
    return bind(parse(text), SCHEMA, segments=rules.get)


def condition(text: str, **segments: str) -> str:
    """The short form of a bound condition."""
    return show(bound(text, **segments).condition)


def value(text: str, **segments: str) -> str:
    """The short form of a bound value."""
    return show(bound(text, **segments).root)


def diagnostics(text: str, **segments: str) -> tuple[Diagnostic, ...]:
    """The diagnostics of a text."""
    try:
        return bound(text, **segments).diagnostics
    except PQLError as problem:
        return problem.diagnostics


def refused(marked: str, code: str, **segments: str) -> Diagnostic:
    """The one error of a text, which has to stand under the words between « and »."""
    text = marked.replace("«", "").replace("»", "")
    start = marked.index("«")
    words = marked[start + 1 : marked.index("»")]
    with pytest.raises(PQLError) as caught:
        bound(text, **segments)
    errors = [one for one in caught.value.diagnostics if one.severity == "error"]
    assert [(one.code, one.words) for one in errors] == [(code, words)], str(caught.value)
    assert errors[0].span.start == start, str(caught.value)
    return errors[0]


def warned(text: str, code: str) -> Diagnostic:
    """The one warning of a text."""
    found = bound(text).diagnostics
    assert [one.code for one in found] == [code]
    assert found[0].severity == "warning"
    return found[0]


def show(node: B.Bound) -> str:
    """A bound expression in few words."""
    return _Shown().text(node)


class _Shown:
    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def name(self, variable: B.Variable) -> str:
        return self.names.setdefault(variable.name, "abcdefghijklmnopqrstuvwxyz"[len(self.names)])

    def all(self, nodes: tuple[B.Bound, ...]) -> str:
        return ", ".join(self.text(one) for one in nodes)

    def text(self, node: B.Bound) -> str:
        t = self.text
        match node:
            case B.Const(value=dt.datetime() as moment):
                return f"@{moment.isoformat()}"
            case B.Const(value=dt.date() as day):
                return f"#{day.isoformat()}"
            case B.Const(value=str(words)):
                return f"'{words}'"
            case B.Const(value=one):
                return str(one).lower() if isinstance(one, bool) else str(one)
            case B.Items(items=items):
                return f"[{self.all(items)}]"
            case B.Record(fields=fields):
                return "{" + ", ".join(f"{key}: {t(one)}" for key, one in fields) + "}"
            case B.Attribute(path=path):
                return ".".join(path) or "profile"
            case B.Events():
                return "xEvent"
            case B.Variable():
                return self.name(node)
            case B.Get(object=one, name=key):
                return f"{t(one)}.{key}"
            case B.Lookup(map=one, key=key):
                return f"{t(one)}[{t(key)}]"
            case B.And(items=items):
                return "(" + " and ".join(t(one) for one in items) + ")"
            case B.Or(items=items):
                return "(" + " or ".join(t(one) for one in items) + ")"
            case B.Not(item=one):
                return f"not {t(one)}"
            case B.Truth(value=one):
                return f"truth({t(one)})"
            case B.IsNull(value=one):
                return f"null({t(one)})"
            case B.Compare(operator=operator, left=left, right=right, ignore_case=ignored):
                return f"{t(left)} {operator}{'~' if ignored else ''} {t(right)}"
            case B.SetCompare(operator=operator, left=left, right=right):
                return f"{t(left)} {_OPERATORS[operator]} {t(right)}"
            case B.In(value=one, array=array, negated=negated):
                return f"{t(one)} {'notIn' if negated else 'in'} {t(array)}"
            case B.Test(name=name, value=one, argument=argument, negated=negated, ignore_case=ignored):
                return f"{'!' if negated else ''}{name}{'~' if ignored else ''}({t(one)}, {t(argument)})"
            case B.InRange(subject=subject, low=low, low_included=bottom, high=high, high_included=top):
                start = ("[" if bottom else "(") + (t(low) if low else "")
                end = (t(high) if high else "") + ("]" if top else ")")
                return f"{t(subject)} in {start}, {end}"
            case B.Now():
                return "now"
            case B.StartOf(unit=unit, instant=one):
                return f"{unit}({t(one)})"
            case B.Shift(instant=one, count=count, unit=unit):
                return f"{t(one)}{'' if t(count).startswith('-') else '+'}{t(count)} {unit}"
            case B.Arith(operator=operator, left=left, right=right):
                return f"({t(left)} {operator} {t(right)})"
            case B.If(condition=test, then=then, otherwise=otherwise):
                return f"if({t(test)}, {t(then)}, {t(otherwise)})"
            case B.Convert(value=one, type=of):
                return f"{of}({t(one)})"
            case B.Function(name=name, arguments=arguments):
                return f"{name}({self.all(arguments)})"
            case B.Filter(array=array, variable=variable, condition=test):
                return f"{t(array)}[{self.name(variable)}: {t(test)}]"
            case B.Transform(array=array, variable=variable, body=body, flatten=flatten):
                return f"{'flat' if flatten else 'map'}({t(array)}, {self.name(variable)}: {t(body)})"
            case B.Quantify(quantifier=quantifier, array=array, variable=variable, condition=test):
                return f"{quantifier}({t(array)}, {self.name(variable)}: {t(test)})"
            case B.Aggregate(function=function, array=array):
                return f"{function}({t(array)})"
            case B.Distinct(array=array):
                return f"distinct({t(array)})"
            case B.Head(array=array):
                return f"head({t(array)})"
            case B.Top(array=array, variable=variable, key=key, number=number, descending=descending):
                return f"{'top' if descending else 'bottom'}({t(array)}, {self.name(variable)}: {t(key)}, {t(number)})"
            case B.Group(array=array, variable=variable, key=key):
                return f"group({t(array)}, {self.name(variable)}: {t(key)})"
            case B.Entries(map=one, key_variable=key, value_variable=item, new_key=name, new_value=new):
                head = f"entries({t(one)}, {self.name(key)} {self.name(item)}: "
                return f"{head}{t(new)})" if name is None else f"{head}{t(name)} = {t(new)})"
            case B.Chain(array=array, variable=variable, instant=instant, elements=elements):
                shown = "; ".join(self.element(one) for one in elements)
                return f"chain({t(array)}, {self.name(variable)}: {t(instant)}; {shown})"

    def element(self, one: B.ChainElement) -> str:
        text = f"{'not ' if one.negated else ''}{one.name} {self.name(one.variable)}: {self.text(one.what)}"
        if one.when is not None:
            text += f" when {self.text(one.when)}"
        if one.counted:
            text += f" count {one.comparison} {one.number}"
        return f"{text} at {self.name(one.moment)}"
