"""Commands that list a kind of object, or make, change and remove one."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from segkit.cli.terminal import UsageError, expression, folder, opened, pairs, show_result
from segkit.errors import SegkitError

if TYPE_CHECKING:
    import argparse


def jobs(options: argparse.Namespace) -> int:
    """Segment jobs, or one of them."""
    with opened(options) as ws:
        if options.job:
            job = ws.jobs.get(options.job)
            print(json.dumps(job.to_aep(), indent=2, ensure_ascii=False) if options.json else job.card(hint=False))
            return 0
        listed = ws.jobs.list(
            status=options.status,
            sort=options.sort,
            start=options.start,
            limit=options.limit,
            property=options.property or None,
        )
        show_result(listed, options, hint="start one: segkit run '*'")
    return 0


def snapshot(options: argparse.Namespace) -> int:
    """The snapshot of a merge policy, made where there is no fresh one."""
    with opened(options) as ws:
        made = ws.snapshot(options.merge_policy, events="*" if "*" in options.event else options.event or None)
        print(json.dumps(made.to_dict(), indent=2, ensure_ascii=False) if options.json else repr(made))
    return 0


def datasets(options: argparse.Namespace) -> int:
    """Datasets, one more, or one of them."""
    if options.refresh or options.remove:
        return _look_after(options)
    if options.name is None:
        with opened(options) as ws:
            show_result(ws.datasets.list(), options, hint="add one: segkit datasets NAME 'folder/*.parquet'")
        return 0
    if not options.source:
        message = f"dataset {options.name!r} needs its files: segkit datasets {options.name} 'folder/*.parquet'"
        raise UsageError(message)
    identity, mapping = pairs(options.identity, "--identity"), pairs(options.mapping, "--mapping")
    place = folder(options, required=True)
    new = place is not None and not place.exists()
    with opened(options, make=True) as ws:
        try:
            ws.datasets.add(
                options.name,
                options.source,
                kind=options.kind,
                identity=identity or None,
                primary=options.primary,
                timestamp=options.timestamp,
                mapping=mapping or None,
                upsert=options.upsert,
            )
        except SegkitError:
            if new:
                # the workspace was made for this dataset alone
                ws.close()
                shutil.rmtree(ws.folder, ignore_errors=True)
            raise
        show_result(ws.datasets.list(), options)
    return 0


def _look_after(options: argparse.Namespace) -> int:
    if options.name is None or options.source is not None or (options.refresh and options.remove):
        raise UsageError("to refresh or remove, name one dataset: segkit datasets NAME --refresh")
    with opened(options) as ws:
        if options.refresh:
            ws.datasets.refresh(options.name)
        else:
            ws.datasets.remove(options.name)
        show_result(ws.datasets.list(), options)
    return 0


def segments(options: argparse.Namespace) -> int:
    """Segment definitions, one more, or one of them."""
    if options.update or options.delete:
        return _change_segment(options)
    if options.name is not None and options.pql is None:
        message = f"segment {options.name!r} needs an expression: segkit segments {options.name!r} 'PQL'"
        raise UsageError(message)
    with opened(options) as ws:
        if options.name is not None:
            ws.segments.create(
                options.name,
                expression(options.pql),
                description=options.description,
                merge_policy=options.merge_policy,
            )
        show_result(ws.segments.list(), options, hint="define one: segkit segments NAME 'PQL'")
    return 0


def _change_segment(options: argparse.Namespace) -> int:
    changes = {
        "pql": None if options.pql is None else expression(options.pql),
        "description": options.description,
        "merge_policy": options.merge_policy,
    }
    changed = any(one is not None for one in changes.values())
    if options.name is None or options.update == options.delete or options.update != changed:
        raise UsageError("segkit segments NAME --delete, or with what is new: segkit segments NAME 'PQL' --update")
    with opened(options) as ws:
        if options.update:
            ws.segments.update(options.name, **changes)
        else:
            ws.segments.delete(options.name)
        show_result(ws.segments.list(), options)
    return 0
