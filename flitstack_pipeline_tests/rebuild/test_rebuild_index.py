"""The rebuild reference is among the reports, under its name."""

from datetime import UTC, datetime
from pathlib import Path

from flitstack_pipeline.rebuild.entries import RebuildReference
from flitstack_pipeline.reports.html import write_report
from flitstack_pipeline.reports.rebuild import write_rebuild
from flitstack_pipeline.stages.result import VerbResult

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_index_names_it_after_the_verbs(tmp_path: Path) -> None:
    nothing = RebuildReference(migration="m", system="toy", entries=(), counts=())
    write_rebuild(nothing, tmp_path, title="Toy", run_id="r", at=AT)
    write_report(VerbResult(migration="m", verb="inventory", run_id="r", ok=True), tmp_path, title="Toy", at=AT)
    index = (tmp_path / "index.html").read_text("utf-8")
    assert '<a href="rebuild.html">Rebuild reference</a>' in index
    assert index.index("inventory.html") < index.index("rebuild.html")
    assert "nothing that has to be built anew" in (tmp_path / "rebuild.html").read_text("utf-8")
