"""The index over a migration's reports."""

from datetime import UTC, datetime, timedelta

import pytest

from flitstack_pipeline.reports.html import write_report
from flitstack_pipeline_tests.reports import samples
from flitstack_pipeline_tests.reports.pages import markup_errors, parsed

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def entries(folder):
    found = parsed((folder / "index.html").read_text("utf-8")).xpath("//ul[@class='cards-index']/li")
    return {li.xpath(".//h2/a/@href")[0]: " ".join(li.text_content().split()) for li in found}


def write(folder, *results):
    for hour, result in enumerate(results):
        write_report(result, folder, title=samples.TITLE, at=NOON + timedelta(hours=hour))


def test_reports_stand_in_the_order_of_the_stages(tmp_path):
    write(tmp_path, samples.reconcile(), samples.plan(), samples.empty("sample"), samples.doctor(), samples.inventory())
    pages = ["doctor.html", "inventory.html", "plan.html", "sample.html", "reconcile.html"]
    assert list(entries(tmp_path)) == pages


def test_an_entry_says_how_it_ended_when_and_what_it_comes_to(tmp_path):
    write(tmp_path, samples.doctor(), samples.reconcile())
    found = entries(tmp_path)["reconcile.html"]
    assert "Done beyond tolerance" in found
    assert "3 unexplained differences" in found
    assert "2026-11-24 13:00 UTC" in found
    assert "latest" in found
    assert "latest" not in entries(tmp_path)["doctor.html"]


@pytest.mark.parametrize(
    ("results", "page", "said"),
    [
        ([samples.load(), samples.rollback()], "load.html", "rolled back since"),
        ([samples.reconcile(), samples.load()], "reconcile.html", "older than the latest load"),
        ([samples.plan(), samples.inventory()], "plan.html", "older than the latest inventory"),
        ([samples.approve(), samples.plan()], "approve.html", "older than the latest plan"),
    ],
)
def test_what_has_been_overtaken_says_so(tmp_path, results, page, said):
    write(tmp_path, *results)
    assert said in entries(tmp_path)[page]
    write(tmp_path, *reversed(results))
    assert said not in entries(tmp_path)[page]


def test_ugly_texts_and_foreign_pages_do_no_harm(tmp_path):
    (tmp_path / "notes.html").write_text("<p>a page of somebody's own", "utf-8")
    write(tmp_path, samples.ugly_reconcile(3))
    page = (tmp_path / "index.html").read_text("utf-8")
    assert markup_errors(page) == []
    assert samples.SCRIPT not in page
    assert samples.SCRIPT in parsed(page).text_content()
    assert "notes" not in page
