"""Every command: what it prints as text and as JSON, and its exit code."""

from __future__ import annotations

import argparse
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from workspace_frames import people

import segkit as sk
from segkit.cli import main
from segkit.cli import words as cli_words

US = 'homeAddress.country = "US"'
WRONG = 'homeAdress.country = "US"'
README = Path(__file__).parents[2] / "README.md"


def commands() -> dict[str, argparse.ArgumentParser]:
    actions = [one for one in cli_words.commands()._actions if isinstance(one, argparse._SubParsersAction)]
    return dict(actions[0].choices)


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """The exit code and what was printed; an exit of the argument parser is an exit code too."""
    try:
        code = main([str(one) for one in words])
    except SystemExit as stop:
        code = int(stop.code or 0)
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


# ------------------------------------------------------------------------------------------------ what there is


def test_the_commands_are_those_promised() -> None:
    promised = {"demo", "check", "format", "sql", "size", "run", "jobs", "datasets", "segments"}
    assert set(commands()) == promised | {"convert", "cost", "explain", "lint", "snapshot"}


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_and_option_is_explained(capsys: pytest.CaptureFixture[str], name: str) -> None:
    parser = commands()[name]
    assert parser.description
    unexplained = [one.dest for one in parser._actions if not one.help]
    assert not unexplained, f"say in segkit/cli/words.py what these are for: {unexplained}"
    code, out, _ = run(capsys, name, "--help")
    assert code == 0
    assert parser.description in " ".join(out.split())
    assert "--json" in out


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README.read_text(encoding="utf-8") or f"segkit {name}" in README.read_text(encoding="utf-8")


def test_as_a_module_it_is_the_same() -> None:
    done = subprocess.run([sys.executable, "-m", "segkit", "format", "a=1"], capture_output=True, text=True, check=True)
    assert done.stdout == "a = 1\n"


# -------------------------------------------------------------------------------------------- text, JSON, exit code


def test_check_without_a_workspace_reads_the_grammar(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("check", "lint"):
        code, out, _ = run(capsys, command, WRONG)
        assert (code, out.count("in the text alone; -w FOLDER also")) == (0, 1)
    code, out, _ = run(capsys, "check", "a = ")
    assert code == 1
    assert "^" in out
    code, out, _ = run(capsys, "check", "a = ", "--json")
    assert code == 1
    (found,) = json.loads(out)
    assert (found["severity"], found["line"]) == ("error", 1)


def test_check_with_a_workspace_knows_the_fields(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert run(capsys, "check", US, "-w", folder) == (0, "no findings\n", "")
    code, out, _ = run(capsys, "check", WRONG, "-w", folder)
    assert code == 1
    assert "did you mean `homeAddress.country`?" in out
    assert json.loads(run(capsys, "check", US, "-w", folder, "--json")[1]) == []


def test_a_tree_is_taken_wherever_text_is(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    tree = sk.pql.to_json(US)
    assert run(capsys, "check", tree, "-w", folder) == (0, "no findings\n", "")
    assert run(capsys, "size", tree, "-w", folder) == (0, "2\n", "")
    assert run(capsys, "format", tree) == (0, f"{US}\n", "")
    assert run(capsys, "sql", tree, "-w", folder) == run(capsys, "sql", US, "-w", folder)
    code, out, _ = run(capsys, "check", tree.replace("fieldLookup", "fieldLokup"))
    assert code == 1
    assert "did you mean `fieldLookup`?" in out


def test_convert_there_and_back(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, tree, _ = run(capsys, "convert", US)
    assert code == 0
    assert json.loads(tree)["fnName"] == "="
    assert run(capsys, "convert", tree) == (0, f"{US}\n", "")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(tree.encode())))
    assert run(capsys, "convert") == (0, f"{US}\n", "")
    file = tmp_path / "rule.json"
    file.write_text(tree, encoding="utf-8")
    assert run(capsys, "convert", f"@{file}", "--to", "text") == (0, f"{US}\n", "")
    assert run(capsys, "convert", "a=1", "--to", "text") == (0, "a = 1\n", "")
    assert run(capsys, "convert", US, "--to", "json", "--indent", "2")[1].startswith('{\n  "nodeType"')
    document = json.loads(run(capsys, "convert", US, "--json")[1])
    assert document == {"type": "PQL", "format": "pql/json", "value": tree.strip()}
    assert run(capsys, "convert", json.dumps(document)) == (0, f"{US}\n", "")
    around_text = json.dumps({"type": "PQL", "format": "pql/text", "value": US})
    assert run(capsys, "convert", around_text) == (0, tree, "")
    assert run(capsys, "format", around_text) == (0, f"{US}\n", "")


def test_convert_refuses_what_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "convert", "a = ")
    assert (code, out) == (1, "")
    assert "^" in err
    code, out, err = run(capsys, "convert", '{"nodeType": "fnAply"}', "--json")
    assert (code, out) == (1, "")
    assert json.loads(err)["diagnostics"][0]["code"] == "unknown-node"
    assert run(capsys, "convert", "a", "--to", "xml")[0] == 2


def test_what_is_no_utf_8_is_refused_by_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt = 'city = "K\xf6ln"'.encode("latin-1")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(spoilt), errors="surrogateescape"))
    code, out, err = run(capsys, "check", "-")
    assert (code, out) == (1, "")
    assert "cannot read the expression from standard input: it is no text in UTF-8" in err
    file = tmp_path / "rule.pql"
    file.write_bytes(spoilt)
    assert "it is no text in UTF-8" in run(capsys, "check", f"@{file}")[2]


def test_findings_in_json_carry_their_fix(capsys: pytest.CaptureFixture[str]) -> None:
    text = "a == 1 and b matches missing"
    (found, *others) = json.loads(run(capsys, "check", text, "--json")[1])
    (edit,) = found["fix"]
    assert text[: edit["start"]] + edit["text"] + text[edit["end"] :] == "a = 1 and b matches missing"
    assert all(one["fix"] == [] for one in others)


def test_check_mends_what_has_one_meaning(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    wrong = "homeAddress.country == 'US'"
    for more in ((), ("-w", folder)):
        assert run(capsys, "check", wrong, *more)[0] == 1
        assert run(capsys, "check", wrong, "--fix", *more) == (0, f"{US}\n", "")
        done = json.loads(run(capsys, "check", wrong, "--fix", "--json", *more)[1])
        assert done == {"pql": US, "findings": []}
    code, out, err = run(capsys, "check", "homeAdress.country == 'US' and", "--fix")
    assert code == 1
    assert out == 'homeAdress.country = "US" and\n'
    assert "^" in err
    tree = sk.pql.to_json(f"not (not ({US}))")
    assert run(capsys, "convert", run(capsys, "check", tree, "--fix")[1])[1] == f"{US}\n"


def test_lint_tells_what_is_doubtful(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    doubtful = f"not (not ({US}))"
    code, out, _ = run(capsys, "lint", doubtful)
    assert code == 0
    assert "double-negation" in out
    assert run(capsys, "lint", doubtful, "--strict")[0] == 1
    assert run(capsys, "lint", US, "--strict", "-w", folder) == (0, "no findings\n", "")
    assert [one["code"] for one in json.loads(run(capsys, "lint", doubtful, "-w", folder, "--json")[1])] == [
        "double-negation"
    ]
    assert sk.pql.parse(run(capsys, "lint", doubtful, "--fix", "-w", folder)[1]) == sk.pql.parse(US)
    assert run(capsys, "lint", "a = ")[0] == 1


def test_explain(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, _ = run(capsys, "explain", US, "-w", folder)
    assert code == 0
    assert "homeAddress.country" in out
    told = json.loads(run(capsys, "explain", sk.pql.to_json(US), "-w", folder, "--json")[1])
    assert told["rule"] == US
    assert run(capsys, "explain", WRONG, "-w", folder)[0] == 1
    assert run(capsys, "explain", US)[0] == 2


def test_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "format", "a=1 and(b=2)") == (0, "a = 1 and b = 2\n", "")
    assert json.loads(run(capsys, "format", "a=1", "--json")[1]) == {"pql": "a = 1"}
    code, out, err = run(capsys, "format", "a = ")
    assert (code, out) == (1, "")
    assert "^" in err


def test_sql_and_size_agree(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    import duckdb

    code, statement, _ = run(capsys, "sql", US, "-w", folder)
    assert code == 0
    assert duckdb.sql(statement).fetchall() == [(2,)]
    assert json.loads(run(capsys, "sql", US, "-w", folder, "--json")[1])["sql"] == statement.rstrip("\n")
    assert run(capsys, "size", US, "-w", folder) == (0, "2\n", "")
    assert run(capsys, "size", US, "-w", folder, "--json") == (0, '{"size": 2}\n', "")


def test_cost_tells_what_a_size_would_read(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, shown, _ = run(capsys, "cost", US, "-w", folder)
    assert code == 0
    assert "row groups" in shown
    told = json.loads(run(capsys, "cost", US, "-w", folder, "--json")[1])
    assert told["rule"] == US
    assert told["bytes_read"] == sum(one["bytes_read"] for one in told["files"]) > 0
    assert (told["seconds"] is None) == (told["runs"] == 0)


def test_snapshot_is_made_and_told(capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "ws")
    code, shown, _ = run(capsys, "snapshot", "-w", tmp_path / "ws")
    assert (code, shown.splitlines()[0]) == (0, "Snapshot of Default Timebased")
    told = json.loads(run(capsys, "snapshot", "--event", "who", "--json", "-w", tmp_path / "ws")[1])
    assert (told["profiles"], told["fresh"]) == (3, True)
    assert "who" in told["event_fields"]
    assert run(capsys, "snapshot", "nothing", "-w", tmp_path / "ws")[0] == 1


def test_size_takes_a_moment_and_a_policy(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    rule = "exists E from xEvent where E.timestamp occurs <= 7 days before now"
    for moment, size in {"2026-02-02": 1, "2026-02-20T12:00:00Z": 0}.items():
        asked = ("size", rule, "-w", folder, "--as-of", moment, "--merge-policy", "Default Timebased")
        assert run(capsys, *asked) == (0, f"{size}\n", "")


def test_expressions_come_from_standard_input_and_files(
    capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(US.encode())))
    assert run(capsys, "size", "-", "-w", folder)[1] == "2\n"
    file = tmp_path / "us.pql"
    file.write_text(f"// the US\n{US}\n", encoding="utf-8")
    assert run(capsys, "size", f"@{file}", "-w", folder)[1] == "2\n"
    file.write_bytes(b"\xff\xfe\x00")
    for wrong in (file, tmp_path / "missing", tmp_path):
        code, _, err = run(capsys, "size", f"@{wrong}", "-w", folder)
        assert code == 1
        assert str(wrong) in err


def test_the_workspace_may_come_from_the_environment(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGKIT_WORKSPACE", str(folder))
    assert run(capsys, "size", US) == (0, "2\n", "")


def test_jobs_are_listed_and_shown(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, _ = run(capsys, "jobs", "-w", folder, "--json")
    assert code == 0
    job = json.loads(out)[-1]["id"]
    assert job in run(capsys, "jobs", "-w", folder)[1]
    assert job in run(capsys, "jobs", job, "-w", folder)[1]
    shown = json.loads(run(capsys, "jobs", job, "-w", folder, "--json")[1])
    assert (shown["id"], shown["status"]) == (job, "SUCCEEDED")
    assert json.loads(run(capsys, "jobs", "-w", folder, "--json", "--status", "FAILED")[1]) == []


def test_datasets_and_segments_are_added_and_a_job_is_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ws, data, picture = tmp_path / "ws", tmp_path / "crm.parquet", tmp_path / "sizes.png"
    people().to_parquet(data)
    code, out, _ = run(capsys, "datasets", "crm", data, "--identity", "id=id", "--timestamp", "changed", "-w", ws)
    assert code == 0
    assert "crm" in out
    assert [one["name"] for one in json.loads(run(capsys, "datasets", "-w", ws, "--json")[1])] == ["crm"]
    name = 'q"uoted 🙂'
    assert run(capsys, "segments", name, US, "--description", "ü", "-w", ws)[0] == 0
    (listed,) = json.loads(run(capsys, "segments", "-w", ws, "--json")[1])
    assert (listed["name"], listed["pql"]) == (name, US)
    code, out, _ = run(capsys, "run", name, "-w", ws, "--plot", picture)
    assert code == 0
    assert "66.7 %" in out
    assert "SUCCEEDED" in out
    assert picture.read_bytes().startswith(b"\x89PNG")
    job = json.loads(run(capsys, "run", "*", "-w", ws, "--json")[1])
    assert job["status"] == "SUCCEEDED"
    assert list(job["metrics"]["segmentedProfileCounter"].values()) == [2]


def test_what_there_is_is_looked_after(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ws, data = tmp_path / "ws", tmp_path / "crm.parquet"
    people().to_parquet(data)
    run(capsys, "datasets", "crm", data, "--identity", "id=id", "--timestamp", "changed", "-w", ws)
    run(capsys, "segments", "US", US, "-w", ws)
    people().head(1).to_parquet(data)
    code, _, err = run(capsys, "size", US, "-w", ws)
    assert code == 1
    assert "refresh" in err
    code, out, _ = run(capsys, "datasets", "crm", "--refresh", "-w", ws, "--json")
    assert (code, json.loads(out)[0]["rows"]) == (0, 1)
    code, out, _ = run(capsys, "segments", "US", "homeAddress.country.isNull()", "--update", "-w", ws, "--json")
    (listed,) = json.loads(out)
    assert (code, listed["version"], listed["pql"]) == (0, 2, "homeAddress.country.isNull()")
    assert json.loads(run(capsys, "segments", "US", "--delete", "-w", ws, "--json")[1]) == []
    code, out, _ = run(capsys, "datasets", "crm", "--remove", "-w", ws)
    assert code == 0
    assert "no rows" in out
    assert data.exists()


def test_hints_are_for_a_shell(capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path) -> None:
    with sk.open(tmp_path / "empty"):
        pass
    for name, call in {"datasets": "segkit datasets", "segments": "segkit segments", "jobs": "segkit run"}.items():
        out = run(capsys, name, "-w", tmp_path / "empty")[1]
        assert call in out
        assert "ws." not in out
    job = json.loads(run(capsys, "jobs", "-w", folder, "--json")[1])[0]["id"]
    assert "job." not in run(capsys, "jobs", job, "-w", folder)[1]


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version") == (0, f"segkit {sk.__version__}\n", "")


# ------------------------------------------------------------------------------------------------------ bad input


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with nothing but one file in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEGKIT_WORKSPACE", raising=False)
    (tmp_path / "file").write_text("x")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "COMMAND"),
        (("nope",), 2, "nope"),
        (("size",), 2, "pql"),
        (("size", US), 2, "-w FOLDER"),
        (("size", US, "-w", "missing"), 1, "missing is not a segkit workspace"),
        (("size", WRONG, "-w", "{ws}"), 1, "did you mean `homeAddress.country`"),
        (("size", US, "-w", "{ws}", "--as-of", "tomorrow"), 1, "ISO 8601"),
        (("size", US, "-w", "{ws}", "--merge-policy", "nope"), 1, "`Default Timebased`"),
        (("sql", WRONG, "-w", "{ws}"), 1, "did you mean"),
        (("run",), 2, "SEGMENT"),
        (("run", "nope", "-w", "{ws}"), 1, "there are `US`"),
        (("run", "US", "-w", "{ws}", "--plot", "nowhere/x.png"), 1, "nowhere does not exist"),
        (("run", "US", "-w", "{ws}", "--plot", "x.txt"), 2, ".png"),
        (("jobs", "nope", "-w", "{ws}"), 1, "`nope`"),
        (("jobs", "-w", "{ws}", "--status", "nope"), 1, "SUCCEEDED"),
        (("jobs", "-w", "{ws}", "--limit", "0"), 2, "'0' is not a whole number"),
        (("jobs", "-w", "{ws}", "--limit", "many"), 2, "'many' is not a whole number"),
        (("jobs", "-w", "{ws}", "--start", "-1"), 1, "whole number from 0"),
        (("jobs", "-w", "{ws}", "--sort", "nope"), 1, "no sort attribute `nope`"),
        (("jobs", "-w", "{ws}", "--property", "nope"), 1, "path==value"),
        (("datasets", "-w", "missing"), 1, "missing is not a segkit workspace"),
        (("datasets", "crm", "-w", "missing"), 2, "needs its files"),
        (("datasets", "new", "nope.parquet", "-w", "missing"), 1, "there is no file"),
        (("datasets", "new", "nope.parquet", "--identity", "id", "-w", "missing"), 2, "NAME=VALUE"),
        (("datasets", "crm", "nope.parquet", "-w", "{ws}"), 1, "`crm` already"),
        (("segments", "new", "-w", "{ws}"), 2, "needs an expression"),
        (("segments", "US", US, "-w", "{ws}"), 1, "`US` already"),
        (("segments", "", US, "-w", "{ws}"), 1, "needs a name"),
        (("segments", "new", WRONG, "-w", "{ws}"), 1, "did you mean"),
        (("segments", "US", "--update", "-w", "{ws}"), 2, "with what is new"),
        (("segments", "US", US, "--delete", "-w", "{ws}"), 2, "--delete"),
        (("segments", "US", US, "--delete", "--update", "-w", "{ws}"), 2, "--delete"),
        (("segments", "nope", US, "--update", "-w", "{ws}"), 1, "`US`"),
        (("datasets", "--refresh", "-w", "{ws}"), 2, "name one dataset"),
        (("datasets", "crm", "x.parquet", "--remove", "-w", "{ws}"), 2, "name one dataset"),
        (("datasets", "nope", "--remove", "-w", "{ws}"), 1, "`crm`"),
        (("demo", "--profiles", "0"), 2, "'0' is not a whole number"),
        (("demo", "--folder", "{file}"), 1, "a workspace is a folder"),
    ],
)
def test_what_is_wrong_is_said_on_standard_error(  # noqa: PLR0917  fixtures, and one row of the table
    capsys: pytest.CaptureFixture[str], folder: Path, elsewhere: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    file = elsewhere / "file"
    filled_in = [one.format(ws=folder, file=file) if "{" in one else one for one in words]
    given, out, err = run(capsys, *filled_in)
    assert given == code
    assert out == ""
    assert said in err
    assert [one.name for one in elsewhere.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("size", US, "-w", "missing"), "InvalidRequestError"),
        (("size", WRONG, "-w", "{ws}"), "PQLError"),
        (("run", "nope", "-w", "{ws}"), "NotFoundError"),
        (("segments", "US", US, "-w", "{ws}"), "ConflictError"),
        (("datasets", "new", "nope.parquet", "-w", "missing"), "DataError"),
    ],
)
def test_what_is_wrong_is_said_in_json(
    capsys: pytest.CaptureFixture[str], folder: Path, elsewhere: Path, words: tuple[str, ...], kind: str
) -> None:
    assert elsewhere.is_dir()
    code, out, err = run(capsys, *(one.replace("{ws}", str(folder)) for one in words), "--json")
    assert (code, out) == (1, "")
    document: dict[str, Any] = json.loads(err)
    assert document["error"] == kind
    assert issubclass(getattr(sk, kind), sk.SegkitError)
    assert document["message"]


def test_a_failed_job_is_a_failure(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with sk.open(tmp_path) as ws:
        ws.datasets.add("crm", people(), identity={"id": "id"})
        ws.segments.create("points", "loyalty.points > 1")
        ws.datasets.remove("crm")
        ws.datasets.add("crm", people().drop(columns="loyalty.points"), identity={"id": "id"})
    code, out, _ = run(capsys, "run", "points", "-w", tmp_path)
    assert code == 1
    assert "FAILED" in out
    assert "loyalty" in out


def test_a_reader_that_goes_away_is_no_failure(folder: Path) -> None:
    command = [sys.executable, "-m", "segkit", "jobs", "-w", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        err = running.stderr.read()
        assert running.wait() == 0
    assert err == b""


def test_a_terminal_without_the_letters_is_served(folder: Path) -> None:
    import os

    done = subprocess.run(
        [sys.executable, "-m", "segkit", "jobs", "-w", str(folder)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0, done.stderr
    assert b"SUCCEEDED" in done.stdout


def test_the_demo_prints_sizes_and_the_record_and_draws(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from segkit.demo import SEGMENTS

    code, out, err = run(capsys, "demo", "--profiles", 200, "--folder", tmp_path / "demo")
    assert (code, err) == (0, "")
    assert sum(one.name in out for one in SEGMENTS) == len(SEGMENTS) >= 8
    assert "SUCCEEDED" in out
    picture = (tmp_path / "demo" / "audience_sizes.png").read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(picture) > 10_000
    assert str(tmp_path / "demo" / "audience_sizes.png") in out
    assert "segkit segments -w" in out
    monkeypatch.setenv("PATH", "")
    for called, said in {".venv/bin/segkit": ".venv/bin/segkit segments -w", "__main__.py": "python -m segkit"}.items():
        monkeypatch.setattr(sys, "argv", [called])
        assert said in run(capsys, "demo", "--folder", tmp_path / "demo")[1]
    assert "job." not in out
    code, out, _ = run(capsys, "demo", "--folder", tmp_path / "demo", "--json")
    assert code == 0
    assert len(json.loads(out)["segments"]) == len(SEGMENTS)
