"""A made-up company for the benchmarks: profiles in four datasets of fragments, and their events.

`N` profiles have about `2.5 N` fragments with 40 leaves between them, each dataset with leaves of its own and leaves
that others have as well and do not always agree on. Columns are flat, named by their XDM path, so that no contender
has to take structs apart. Events lie in the order of time, as they come. All values are hashes of where they stand:
two runs with one DuckDB make the same files.
"""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

SIZES = {
    "tiny": (2_000, 20_000),
    "100k": (100_000, 1_000_000),
    "1m": (1_000_000, 10_000_000),
    "4m": (4_000_000, 50_000_000),
}
"""Profiles and events."""

AS_OF = "2026-11-01"
FIRST, DAYS = "2024-11-01", 730
HOT_EVENTS = 200_000
"""Of the one busy profile of the skewed data."""

_APP_FILES = 30
"""The app's fragments lie in files of one profile in a hundred each, so that replacing a file changes one percent."""

_COUNTRIES = (
    "US GB DE FR IT ES BR MX CA AU NL SE PL PT CH AT BE DK NO FI IE CZ HU RO GR TR JP KR IN CN SG NZ ZA AR CL CO PE UY"
    " EC CR"
)
_LANGUAGES = "en de fr it es pt nl sv pl da nb fi"
_CATEGORIES = (
    "shoes coats shirts trousers dresses skirts hats bags belts socks scarves gloves jeans knitwear sportswear swimwear"
    " nightwear suits ties watches jewellery eyewear perfume cosmetics home kitchen garden toys books music"
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf: its path, what its value is made of, which datasets have it, and how many of a hundred rows lack it.

    In `make`, `{u}` is a number from 0 to 1 and `{h}` a hash.
    """

    path: str
    make: str
    datasets: str
    missing: int = 5


def _pick(words: str, power: float = 1.0) -> str:
    """One of some words, the first ones more often the greater the power."""
    listed = words.split()
    return f"{listed!r}[1 + CAST(floor(pow({{u}}, {power}) * {len(listed)}) AS INTEGER)]"


def _number(top: int, power: float = 1.0) -> str:
    return f"CAST(floor(pow({{u}}, {power}) * {top}) AS INTEGER)"


def _text(prefix: str, count: int, power: float = 1.0) -> str:
    return f"'{prefix}' || CAST(floor(pow({{u}}, {power}) * {count}) AS INTEGER)"


def _day(first: str, days: int) -> str:
    return f"DATE '{first}' + CAST(floor({{u}} * {days}) AS INTEGER)"


def _instant(first: str, days: int) -> str:
    return f"TIMESTAMP '{first}' + to_seconds(CAST(floor({{u}} * {days * 86_400}) AS INTEGER))"


def _flag(share: float) -> str:
    return f"{{u}} < {share}"


def _several(words: str, most: int) -> str:
    listed = words.split()
    return (
        f"list_transform(range(1 + CAST({{h}} % {most} AS INTEGER)),"
        f" lambda x : {listed!r}[1 + CAST(({{h}} // (x + 1) // 7) % {len(listed)} AS INTEGER)])"
    )


LEAVES = (
    Leaf("person.name.firstName", _text("first", 2000, 2), "cw"),
    Leaf("person.name.lastName", _text("last", 5000, 2), "cw"),
    Leaf("person.gender", _pick("female male non_specific", 1.2), "cl", 10),
    Leaf("person.birthDate", _day("1940-01-01", 24_000), "cl", 20),
    Leaf("person.maritalStatus", _pick("single married divorced widowed"), "c", 30),
    Leaf("homeAddress.country", _pick(_COUNTRIES, 2), "clwa"),
    Leaf("homeAddress.stateProvince", _text("state", 120, 1.5), "cl", 10),
    Leaf("homeAddress.city", _text("city", 800, 2), "clw", 10),
    Leaf("homeAddress.postalCode", _text("", 40_000), "c", 10),
    Leaf("personalEmail.address", "'p' || ({h} % 100000000000) || '@mail.example'", "clw", 25),
    Leaf("mobilePhone.number", "'+' || (10000000000 + {h} % 80000000000)", "ca", 40),
    Leaf("consents.marketing.email", _flag(0.6), "clw"),
    Leaf("consents.marketing.sms", _flag(0.3), "cla", 20),
    Leaf("consents.marketing.push", _flag(0.4), "wa", 20),
    Leaf("account.status", _pick("active dormant closed blocked trial", 2), "cl"),
    Leaf("account.createdAt", _instant("2015-01-01", 4_300), "c"),
    Leaf("account.manager", _text("manager", 300), "c", 60),
    Leaf("account.industry", _pick("retail finance health media travel energy public food sports other"), "c", 30),
    Leaf("loyalty.tier", _pick("bronze silver gold platinum", 2), "cl", 30),
    Leaf("loyalty.points", _number(50_000, 3), "cl", 30),
    Leaf("loyalty.joined", _day("2018-01-01", 3_200), "l"),
    Leaf("loyalty.stores", _several(_COUNTRIES, 4), "l", 30),
    Leaf("loyalty.optIn", _flag(0.8), "l"),
    Leaf("metrics.lifetimeValue", "round(pow({u}, 4) * 20000, 2)", "cl"),
    Leaf("metrics.orders", _number(120, 4), "clw"),
    Leaf("metrics.returns", _number(20, 5), "cl", 40),
    Leaf("metrics.averageBasket", "round(5 + pow({u}, 2) * 400, 2)", "cl", 20),
    Leaf("metrics.lastOrder", _instant("2024-11-01", 730), "cw", 25),
    Leaf("metrics.churnScore", "{u}", "c", 10),
    Leaf("metrics.propensity", "{u}", "wa", 10),
    Leaf("metrics.sessions", _number(1_000, 3), "wa"),
    Leaf("preferences.language", _pick(_LANGUAGES, 2), "clwa", 10),
    Leaf("preferences.currency", _pick("EUR USD GBP CHF SEK BRL MXN CAD", 1.5), "cl", 10),
    Leaf("preferences.channel", _pick("email sms push mail phone", 1.5), "cl", 30),
    Leaf("preferences.category", _pick(_CATEGORIES, 1.2), "wa", 30),
    Leaf("preferences.newsletter", _flag(0.5), "cw", 10),
    Leaf("device.system", _pick("android ios windows macos linux", 1.5), "wa"),
    Leaf("device.model", _text("model", 200, 2), "wa", 10),
    Leaf("device.lastSeen", _instant("2025-11-01", 365), "wa"),
    Leaf("interests", _several(_CATEGORIES, 5), "w", 20),
)


@dataclass(frozen=True, slots=True)
class Fragments:
    """A dataset of fragments: how many of a hundred profiles have one, and the identities it knows."""

    name: str
    letter: str
    share: int
    identity: dict[str, str]


CLOCK = "extSourceSystemAudit.lastUpdatedDate"
KEY = "_acme.crmId"
RECORDS = (
    Fragments("crm", "c", 100, {"crmId": KEY, "email": "personalEmail.address"}),
    Fragments("loyalty", "l", 60, {"crmId": KEY, "loyaltyId": "_acme.loyaltyId"}),
    Fragments("web", "w", 60, {"crmId": KEY, "ECID": "_acme.ECID"}),
    Fragments("app", "a", 30, {"crmId": KEY, "phone": "mobilePhone.number"}),
)
_OWN = {
    "l": "'L' || id AS \"_acme.loyaltyId\", ",
    "w": "lpad(CAST(hash(id, 901) AS VARCHAR), 20, '0') AS \"_acme.ECID\", ",
}

TYPES = ("web.webpagedetails.pageViews", "commerce.productViews", "commerce.productListAdds", "commerce.purchases",
         "directMarketing.emailOpened", "advertising.clicks")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Company:
    """The files of one size."""

    folder: Path
    profiles: int
    events: int
    skewed: bool = False

    def file(self, name: str) -> str:
        """The path or glob of a dataset's files."""
        return (
            str(self.folder / f"{name}.parquet")
            if name not in {"app", "events"}
            else str(self.folder / name / "*.parquet")
        )


def company(home: Path, size: str, *, skewed: bool = False, memory: str = "3GB") -> Company:
    """The files of a size, made when they are not there yet."""
    profiles, events = SIZES[size]
    folder = home / (size + "_skewed" * skewed)
    made = Company(folder, profiles, events, skewed)
    if not (folder / "made.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        connection = duckdb.connect(config={"memory_limit": memory, "temp_directory": str(folder / "spill")})
        for one in RECORDS:
            _fragments(connection, made, one)
        _events(connection, made)
        connection.close()
        shutil.rmtree(folder / "spill", ignore_errors=True)
        (folder / "made.json").write_text(json.dumps({"profiles": profiles, "events": events, "skewed": skewed}))
    return made


def _step(count: int, near: float) -> int:
    """A number without common divisor: its multiples visit every profile once, in no order."""
    found = int(count * near) | 1
    while math.gcd(found, count) != 1:
        found += 2
    return found


def _fragments(connection: duckdb.DuckDBPyConnection, of: Company, dataset: Fragments) -> None:
    code = ord(dataset.letter)
    step = _step(of.profiles, 0.618 + code / 1000)
    leaves = ", ".join(
        f'{_value(leaf, number, code)} AS "{leaf.path}"'
        for number, leaf in enumerate(LEAVES)
        if dataset.letter in leaf.datasets
    )
    micros = f"CAST(hash(id, {code}) % 94608000000000 AS BIGINT)"
    select = (
        f"SELECT 'C' || lpad(CAST(id AS VARCHAR), 8, '0') AS \"{KEY}\", {_OWN.get(dataset.letter, '')}"
        f"TIMESTAMP '2023-11-01' + to_microseconds({micros}) AS \"{CLOCK}\", {leaves} "
        f"FROM (SELECT (i * {step}) % {of.profiles} AS id FROM range({{low}}, {{high}}) t(i)) "
        f"WHERE hash(id, {code}, 1) % 100 < {dataset.share}"
    )
    if dataset.name != "app":
        connection.execute(f"COPY ({select.format(low=0, high=of.profiles)}) TO '{of.file(dataset.name)}'")
        return
    (of.folder / "app").mkdir()
    for number in range(_APP_FILES):
        low, high = (of.profiles * one // _APP_FILES for one in (number, number + 1))
        connection.execute(
            f"COPY ({select.format(low=low, high=high)}) TO '{of.folder / 'app' / f'app_{number:02}.parquet'}'"
        )


def _value(leaf: Leaf, number: int, code: int) -> str:
    """The same in all datasets for three profiles of four, another one in each for the fourth."""
    hashed = f"hash(id, {number}, CASE WHEN hash(id, {number}, 3) % 4 = 0 THEN {code} ELSE 0 END)"
    value = leaf.make.replace("{u}", f"({hashed} % 1000003 / 1000003.0)").replace(
        "{h}", f"CAST({hashed} >> 2 AS BIGINT)"
    )
    return f"CASE WHEN hash(id, {number}, {code}, 2) % 100 >= {leaf.missing} THEN {value} END"


def _events(connection: duckdb.DuckDBPyConnection, of: Company) -> None:
    files = max(1, of.events // 5_000_000)
    (of.folder / "events").mkdir()
    busy = of.events // HOT_EVENTS if of.skewed else 0
    values = {"first": FIRST, "spacing": DAYS * 86_400_000_000 // of.events, "profiles": of.profiles, "key": KEY}
    values |= {"types": list(TYPES), "busy": f"i % {busy} = 0" if busy else "false"}
    for number in range(files):
        low, high = (of.events * one // files for one in (number, number + 1))
        file = of.folder / "events" / f"events_{number:02}.parquet"
        query = (Path(__file__).parent / "data_events.sql").read_text(encoding="utf-8")
        for name, value in {**values, "low": low, "high": high}.items():
            query = query.replace(f"${name}", str(value))
        connection.execute(f"COPY ({query}) TO '{file}'")
