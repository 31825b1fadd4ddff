"""A killed reading goes on where it stopped; one that may not be gone on with begins anew."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from flitstack_pipeline.sources.dataverse import reading as module
from flitstack_pipeline.sources.dataverse.errors import DataverseAway

COLUMNS = {"name": "text", "revenue": "decimal"}
SCRIPT = """
    import json, sys
    from pathlib import Path
    from flitstack_pipeline.mapping.objects import ObjectSpec
    from flitstack_pipeline.sources.dataverse import DataverseAccess, DataverseSource
    job = json.loads(sys.stdin.read())
    spec = ObjectSpec.model_validate(job["spec"])
    source = DataverseSource(DataverseAccess(**job["access"]), {"thing": spec}, timezone=None, cache=Path(job["cache"]))
    source.extract("thing", into=Path(job["into"]))
"""


def state_of(org) -> Path:
    return org.into / "state" / "thing.reading.json"


def pages_asked(org) -> list[str]:
    return [p for p in org.paths() if p.startswith("accounts?")]


def wait_for_pages(org, pages: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if state_of(org).is_file() and json.loads(state_of(org).read_text())["pages"] >= pages:
            return
        time.sleep(0.02)
    raise AssertionError("the reading did not come so far")


def job_of(org) -> str:
    access = {
        k: getattr(org.access, k) for k in ("url", "tenant", "client_id", "client_secret", "authority", "page_size")
    }
    spec = {"entity": "account", "columns": {n: {"type": t} for n, t in COLUMNS.items()}}
    folders = {"cache": str(org.cache), "into": str(org.into)}
    return json.dumps({"access": {**access, "calls_per_minute": 8000}, "spec": spec, **folders})


def test_a_killed_process(org):
    org.control.fault("slow", match="skiptoken", after=1, seconds=60)
    script = [sys.executable, "-c", textwrap.dedent(SCRIPT)]
    process = subprocess.Popen(script, stdin=subprocess.PIPE, text=True, env={**os.environ})
    assert process.stdin
    process.stdin.write(job_of(org))
    process.stdin.close()
    try:
        wait_for_pages(org, 2)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not (org.into / "thing.json").exists()
    # Half a row more than the last whole page, as a kill in the middle of writing leaves it.
    (part,) = org.into.glob("*.part")
    with part.open("a") as file:
        file.write('{"accountid":"half')
    org.control.clear_faults()
    org.control.clear_requests()
    result = org.read(COLUMNS)
    assert result.extract.rows == 7
    assert "gone on with after 6 rows" in result.said
    assert len(pages_asked(org)) == 1 and "skiptoken" in pages_asked(org)[0]
    assert list(org.into.glob("*.part")) == [] and not state_of(org).exists()
    (raw,) = org.into.glob("thing.*.jsonl")
    assert len(raw.read_text().splitlines()) == 7
    assert (
        raw.with_name(f"{raw.name}.sha256")
        .read_text()
        .startswith(subprocess.run(["sha256sum", raw], capture_output=True, text=True, check=True).stdout[:64])
    )


@pytest.fixture
def broken_off(org):
    """A reading that ended after two pages, since the server was away."""
    source = org.thing(COLUMNS)
    source.metadata.table("account")
    org.control.fault("unavailable", match="skiptoken", after=1, times=50, retry_after=None)
    with pytest.raises(DataverseAway):
        source.extract("thing", into=org.into)
    org.control.clear_faults()
    org.control.clear_requests()
    return org


def test_a_reading_that_broke_off(broken_off):
    assert broken_off.read(COLUMNS).extract.rows == 7
    assert len(pages_asked(broken_off)) == 1


def test_other_columns_begin_anew(broken_off):
    result = broken_off.read({"name": "text"})
    assert result.extract.rows == 7 and "gone on" not in result.said
    assert len(pages_asked(broken_off)) == 3


@pytest.mark.parametrize("age", [module.LINK_SECONDS + 1, -5])
def test_an_old_link_begins_anew(broken_off, age):
    state = json.loads(state_of(broken_off).read_text())
    state_of(broken_off).write_text(json.dumps(state | {"saved": time.time() - age}))
    result = broken_off.read(COLUMNS)
    assert result.extract.rows == 7 and "gone on" not in result.said
    assert len(pages_asked(broken_off)) == 3
    assert len(list(broken_off.into.glob("thing.*.jsonl*"))) == 2, "rows and checksum; nothing of the broken try"


def test_a_link_that_the_organization_no_longer_takes_begins_anew(broken_off):
    broken_off.control.fault("error", match="skiptoken", status=400, code="0x80040203", message="Malformed cookie")
    result = broken_off.read(COLUMNS)
    assert result.extract.rows == 7 and sorted(result.column("_row")) == list(range(1, 8))


def test_a_damaged_state_begins_anew(broken_off):
    state_of(broken_off).write_text("{")
    assert broken_off.read(COLUMNS).extract.rows == 7
    assert len(pages_asked(broken_off)) == 3


def test_files_are_not_fetched_again(org):
    columns = {"documentbody__path": "text"}
    source = org.thing(columns, entity="annotation")
    org.control.fault("unavailable", match="DownloadBlock", after=1, times=50, retry_after=None)
    with pytest.raises(DataverseAway):
        source.extract("thing", into=org.into)
    assert list(org.into.rglob(".part")) == []
    org.control.clear_faults()
    org.control.clear_requests()
    result = org.read(columns, entity="annotation")
    assert result.extract.rows == 3
    paths = org.paths()
    assert not any(p.startswith("annotations?") for p in paths), "the rows were there"
    assert not any("$value" in p for p in paths), "the small file was there"


def test_two_runs_at_once(org):
    source = org.thing(COLUMNS)
    source.metadata.table("account")
    from flitstack_pipeline.sources.dataverse.source import claimed

    with claimed(org.into, "thing"), pytest.raises(DataverseAway, match="another run is extracting"):
        source.extract("thing", into=org.into)
    assert source.extract("thing", into=org.into).rows == 7
