"""The pages: sound, safe, complete, and readable by everybody."""

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flitstack_pipeline.outcomes import Counts
from flitstack_pipeline.reports.html import VIEWS, write_report
from flitstack_pipeline.reports.views.common import shared_cap
from flitstack_pipeline.sources.base import REJECTS_SCHEMA
from flitstack_pipeline.stages.result import VerbResult
from flitstack_pipeline_tests.reports import samples
from flitstack_pipeline_tests.reports.pages import markup_errors, parsed, text_lines
from flitstack_pipeline_tests.reports.snapshots import assert_as_before

AT = datetime(2026, 11, 24, 14, 3, 9, tzinfo=UTC)
RESULTS = {
    "doctor": samples.doctor(),
    "inventory": samples.inventory(),
    "plan": samples.plan(),
    "plan-changed": samples.plan(changed=True),
    "approve": samples.approve(),
    "load": samples.load(),
    "load-beyond": samples.load(beyond=True),
    "reconcile": samples.reconcile(),
    "reconcile-clean": samples.clean_reconcile(),
    "rollback": samples.rollback(),
}
EMPTY = {f"empty-{verb}": samples.empty(verb) for verb in (*VIEWS, "sample")}
EVERY = {**RESULTS, **EMPTY, "ugly": samples.ugly_reconcile(2_100)}


@pytest.fixture
def folder(tmp_path):
    """`<migration>/reports`, beside the extracts and differences that a report leads to."""
    migration = tmp_path / "coastal"
    rejects = [
        reject("1203", "customers.csv", 41, "Date Joined", "31/02/2023", "is on no calendar"),
        reject(None, "customers.csv", 88, "Customer ID", "", "has no key"),
    ]
    write_parquet(migration / "source" / "customer.rejects.parquet", rejects)
    write_parquet(
        migration / "source" / "payment.rejects.parquet",
        [reject("P-1", "p.txt", 102, "Amount", samples.SCRIPT, "no number")],
    )
    (migration / "diff").mkdir()
    (migration / "diff" / "lead.parquet").touch()
    return migration / "reports"


def reject(source_id, file, row, column, value, reason):
    found = {"source_id": source_id, "file": file, "row": row, "column": column, "value": value, "reason": reason}
    return {**found, "raw": '{"Password": "never shown"}'}


def write_parquet(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=REJECTS_SCHEMA), path)


def written(result, folder):
    return write_report(result, folder, title=samples.TITLE, at=AT).read_text("utf-8")


@pytest.mark.parametrize("name", EVERY)
def test_the_markup_is_sound(name, folder):
    assert markup_errors(written(EVERY[name], folder)) == []


@pytest.mark.parametrize("name", EVERY)
def test_a_page_needs_nothing_and_runs_nothing_but_its_own_script(name, folder):
    page = parsed(written(EVERY[name], folder))
    assert (
        page.xpath("//@src | //link | //iframe | //object | //embed | //base | //form | //@style[contains(., 'url')]")
        == []
    )
    assert [s.text for s in page.xpath("//style") if "url(" in s.text or "@import" in s.text] == []
    assert len(page.xpath("//script")) == 1
    assert page.xpath("//@*[starts-with(name(), 'on')]") == []
    assert [
        href
        for href in page.xpath("//@href")
        if not re.match(r"(#|https://coastal\.|\.\./|[a-z]+\.(html|json)$)", href)
    ] == []


@pytest.mark.parametrize("name", EVERY)
def test_a_page_can_be_used_without_eyes_and_without_a_mouse(name, folder):
    page = parsed(written(EVERY[name], folder))
    ids = page.xpath("//@id")
    assert len(set(ids)) == len(ids)
    assert [h for h in page.xpath("//a[starts-with(@href, '#')]/@href") if h[1:] not in ids] == []
    assert page.xpath("//th[not(@scope)]") == []
    assert page.xpath("//table[not(ancestor::div[@role='region' and @tabindex='0' and @aria-label])]") == []
    assert page.get("lang") == "en"
    assert page.xpath("//a[@target and not(contains(@rel, 'noopener'))]") == []
    levels = [int(h.tag[1]) for h in page.xpath("//h1 | //h2 | //h3")]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


@pytest.mark.parametrize("name", RESULTS)
def test_a_page_says_what_it_said_before(name, folder):
    assert_as_before(f"{name}-page", text_lines(written(RESULTS[name], folder)))


def test_values_are_shown_and_never_run(folder):
    page = written(samples.ugly_reconcile(10), folder)
    assert samples.SCRIPT not in page
    assert samples.SCRIPT in parsed(page).text_content()
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "javascript:" not in page


def test_secrets_are_in_neither_file(folder):
    told = "Authorization: Bearer abcdefghijklmnop1234"
    row = {**samples.left_over()[0], "reason": told}
    result = VerbResult(
        migration="m", verb="load", run_id="r", ok=False, problems=(told,), summary=told, details={"left_over": [row]}
    )
    write_report(result, folder, title="m", at=AT)
    assert [f.name for f in folder.iterdir() if "abcdefghijklmnop1234" in f.read_text("utf-8")] == []


def test_long_lists_are_cut_and_say_so(folder):
    page = parsed(written(samples.ugly_reconcile(5_000), folder))
    assert len(page.xpath("//table[@id='difference-rows']/tbody/tr")) == 2_000
    assert len(page.xpath("//table[@id='left-over-rows']/tbody/tr")) == 2_000
    said = " ".join(page.xpath("//section[@id='differences']")[0].text_content().split())
    assert "2,000 of 5,000 differences are shown here. All of them are in diff/lead.parquet." in said
    assert "../diff/lead.parquet" in page.xpath("//section[@id='differences']//@href")
    assert "2,000 of 2,500 rows are shown here. All of them are in the ledger" in " ".join(page.text_content().split())


def test_many_of_one_kind_leave_room_for_the_few_of_another(folder):
    rows = [samples.difference(source_id=f"B{i}") for i in range(3_000)]
    known = [samples.difference(source_id="known", accepted="agreed with the customer")]
    result = samples.reconcile()
    result = VerbResult(**{**result.__dict__, "details": {**result.details, "differences": {"lead": [*rows, *known]}}})
    page = parsed(written(result, folder))
    assert len(page.xpath("//table[@id='difference-rows']/tbody/tr")) == 2_000
    assert "agreed with the customer" in page.text_content()


def test_differences_lead_to_the_record_in_odoo(folder):
    page = parsed(written(samples.reconcile(), folder))
    links = page.xpath("//table[@id='difference-rows']//a/@href")
    assert links[0] == "https://coastal.example.com/odoo/crm.lead/5?db=coastal"
    older = samples.reconcile()
    older = VerbResult(**{**older.__dict__, "details": {**older.details, "odoo_major": 16, "odoo_database": ""}})
    links = parsed(written(older, folder)).xpath("//table[@id='difference-rows']//a/@href")
    assert links[0] == "https://coastal.example.com/web#id=5&model=crm.lead&view_type=form"


def test_without_an_address_there_are_no_links(folder):
    result = samples.reconcile()
    details = {k: v for k, v in result.details.items() if not k.startswith("odoo_")}
    page = parsed(written(VerbResult(**{**result.__dict__, "details": details}), folder))
    assert page.xpath("//table[@id='difference-rows']//a") == []


def test_amounts_have_two_decimals_or_more_and_texts_are_as_they_are(folder):
    fields = {
        "lead": {
            "booking.amount": samples.tally("Amount", "monetary", 2, 2, 1),
            "booking.code": samples.tally("Code", "char", 2, 2, 1),
        }
    }
    rows = [
        samples.difference(field="lines[2].amount", expected="204.6500000000", actual="204.6"),
        samples.difference(field="code", expected="1.5000", actual="1.500"),
    ]
    fields["lead"]["booking.lines.amount"] = samples.tally("Amount", "monetary", 2, 2, 1)
    result = samples.reconcile()
    result = VerbResult(
        **{**result.__dict__, "details": {**result.details, "fields": fields, "differences": {"lead": rows}}}
    )
    cells = [
        c.text_content()
        for c in parsed(written(result, folder)).xpath("//td[@data-label='Expected' or @data-label='In Odoo']")
    ]
    assert cells == ["204.65", "204.60", "1.5000", "1.500"]


@pytest.mark.parametrize("name", ["load", "reconcile"])
def test_a_balance_that_does_not_hold_cannot_be_overlooked(name, folder):
    objects = {"customer": Counts(extracted=10, created=8), "booking": Counts(extracted=2, created=4)}
    result = VerbResult(**{**RESULTS[name].__dict__, "objects": objects})
    text = " ".join(parsed(written(result, folder)).xpath("//section[@id='counts']")[0].text_content().split())
    assert "✕ 2 missing" in text
    assert "✕ -2 missing" in text
    assert "exactly one outcome" not in text, "two wrong sums must not make a right one"


@pytest.mark.parametrize(
    ("result", "word"),
    [
        (samples.load(), "Done"),
        (samples.load(beyond=True), "Done beyond tolerance"),
        (samples.doctor(), "Failed"),
        (samples.reconcile(), "Done beyond tolerance"),
    ],
)
def test_the_verdict_has_one_of_three_words(result, word, folder):
    badge = parsed(written(result, folder)).xpath("//header//*[contains(@class, 'badge')]")[0]
    assert badge.text_content().lstrip("✓!✕") == word


def test_the_stable_json_stands_beside_the_page_and_names_it(folder):
    page = write_report(samples.load(), folder, title=samples.TITLE, at=AT)
    stable = json.loads((folder / "load.json").read_text("utf-8"))
    assert stable == {**samples.load().as_json(), "reports": [*samples.load().reports, str(page)]}


def test_json_of_broken_text_is_json(folder):
    write_report(samples.ugly_reconcile(3), folder, title=samples.TITLE, at=AT)
    assert "\ud800" in json.loads((folder / "reconcile.json").read_text("utf-8"))["problems"][0]


def test_times_are_utc(folder):
    path = write_report(samples.load(), folder, title="m", at=AT.astimezone(timezone(timedelta(hours=10))))
    assert "2026-11-24 14:03 UTC" in path.read_text("utf-8")


def test_a_page_replaces_the_one_before_and_leaves_nothing_else(folder):
    for _ in range(2):
        write_report(samples.load(), folder, title=samples.TITLE, at=AT)
    assert sorted(f.name for f in folder.iterdir()) == ["index.html", "load.html", "load.json"]


def test_a_page_that_cannot_be_made_leaves_the_old_one(folder, monkeypatch):
    before = written(samples.load(), folder)
    broken = VerbResult(**{**samples.load().__dict__, "details": {"left_over": [{"outcome": "held"}]}})
    with pytest.raises(Exception, match="object"):
        write_report(broken, folder, title=samples.TITLE, at=AT)
    assert (folder / "load.html").read_text("utf-8") == before
    assert [f.name for f in folder.iterdir() if f.name.startswith(".")] == []


def test_rejects_that_are_not_there_any_more_are_still_counted(tmp_path):
    text = (
        parsed(written(samples.inventory(), tmp_path / "reports")).xpath("//section[@id='rejects']")[0].text_content()
    )
    assert "0 of 3 rows are shown here" in text


def test_a_verb_without_a_page_of_its_own_gets_the_common_one(folder):
    result = VerbResult(migration="m", verb="handoff", run_id="r", ok=True, summary="packed", next_step="send it")
    assert "Hand-over" in text_lines(written(result, folder))


def test_what_a_result_lacks_does_not_stop_its_report(folder):
    for verb in VIEWS:
        write_report(VerbResult(migration="m", verb=verb, run_id="r", ok=True), folder, title="m", at=AT)


def test_a_file_that_cannot_be_put_in_its_place_leaves_nothing_half_done(folder):
    (folder / "load.html").mkdir(parents=True)
    with pytest.raises(OSError, match=r"load\.html"):
        write_report(samples.load(), folder, title=samples.TITLE, at=AT)
    assert [f.name for f in folder.iterdir() if f.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("kinds", "left"),
    [
        ({"a": 5, "b": 3}, {"a": 5, "b": 3}),
        ({"a": 90, "b": 1}, {"a": 9, "b": 1}),
        ({"a": 90, "b": 90}, {"a": 5, "b": 5}),
        ({"a": 90, "b": 2, "c": 90}, {"a": 4, "b": 2, "c": 4}),
    ],
)
def test_a_list_that_is_cut_has_room_for_every_kind(kinds, left):
    rows = [{"kind": kind, "n": n} for kind, number in kinds.items() for n in range(number)]
    kept = shared_cap(rows, lambda row: row["kind"], most=10)
    assert Counter(row["kind"] for row in kept) == left
    assert kept == [row for row in rows if row in kept], "the order stays"
