"""The pages in a real browser: the script runs under the page's own policy, and its tools find, filter, sort and count."""

import json
import re
import shutil
import subprocess

import pytest
from lxml import html

from flitstack_pipeline.reports.html import write_report
from flitstack_pipeline_tests.reports import samples

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--virtual-time-budget=3000", "--dump-dom", "--window-size=1400,2000",
)  # fmt: skip

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


def opened(page, tmp_path, *, script=""):
    """The document after loading. `script` runs last, with the policy taken out: never test that with one."""
    if script:
        text = re.sub(r"<meta http-equiv=.Content-Security-Policy.*?>", "", page.read_text("utf-8"))
        page = page.with_name("driven.html")
        page.write_text(text.replace("</body>", f"<script>{script}</script></body>"), "utf-8")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return html.document_fromstring(done.stdout)


def driven(page, tmp_path, script):
    """What `return` in the script gives, as JSON."""
    script = f"document.title = JSON.stringify((() => {{ {script} }})())"
    return json.loads(opened(page, tmp_path, script=script).xpath("//title")[0].text)


HELPERS = """
const tools = (id) => document.getElementById(id).closest('.scroll').previousElementSibling;
const shown = (id) => [...document.querySelectorAll(`#${id} tbody tr`)].filter((row) => !row.hidden);
const box = (id) => tools(id).querySelector('input');
const type = (id, text) => { box(id).value = text; box(id).dispatchEvent(new Event('input')); };
const said = (id) => tools(id).querySelector('output').textContent;
"""


def test_the_script_runs_under_the_policy_of_the_page(tmp_path):
    page = opened(write_report(samples.ugly_reconcile(150), tmp_path / "reports", title="m"), tmp_path)
    assert len(page.xpath("//div[@class='tools']//input[@type='search']")) == 2
    assert len(page.xpath("//table[@id='difference-rows']/tbody/tr[not(@hidden)]")) == 100
    assert page.xpath("//div[@class='more']/button")[0].text == "Show all 150 (100 are shown)"


def test_search_filter_and_paging(tmp_path):
    page = write_report(samples.ugly_reconcile(2_000), tmp_path / "reports", title="m")
    found = driven(
        page,
        tmp_path,
        HELPERS
        + """
        const id = 'difference-rows', seen = [said(id)];
        type(id, 'bk-1500 BOOKINGS'); seen.push(said(id), shown(id).length);
        tools(id).querySelector('.clear').click(); seen.push(said(id), shown(id).length);
        document.querySelector('.more button').click(); seen.push(shown(id).length);
        const select = tools(id).querySelector('select'); seen.push([...select.options].map((o) => o.textContent));
        select.value = '<b>Notes</b>'; select.dispatchEvent(new Event('change')); seen.push(shown(id).length);
        return seen;
        """,
    )
    assert found == [
        "2,000 rows", "1 of 2,000 rows", 1, "2,000 rows", 100, 2000, ["all", "<b>Notes</b> (1)", "Opportunity (1,999)"], 1,
    ]  # fmt: skip


def test_sorting_is_by_number_where_there_are_numbers_and_is_announced(tmp_path):
    page = write_report(samples.reconcile(), tmp_path / "reports", title="m")
    found = driven(
        page,
        tmp_path,
        HELPERS
        + """
        const head = [...document.querySelectorAll('#field-rows thead th')].find((th) => th.textContent === 'compared');
        const order = () => shown('field-rows').map((row) => Number(row.cells[3].dataset.sort));
        head.querySelector('button').click(); const up = order(), state = head.getAttribute('aria-sort');
        head.querySelector('button').click(); return [up, state, order(), head.getAttribute('aria-sort')];
        """,
    )
    assert found[0] == sorted(found[0])
    assert found[2] == sorted(found[0], reverse=True)
    assert (found[1], found[3]) == ("ascending", "descending")


def test_a_number_leads_to_exactly_the_rows_that_it_counts(tmp_path):
    rows = [samples.row_of("held", "booking", f"B{i}", "b.csv", i, "", "waits") for i in range(1, 12)]
    rows += [samples.row_of("quarantined", "booking", "Q", "b.csv", 99, "", "wrong")]
    result = samples.load()
    result = type(result)(**{**result.__dict__, "details": {"left_over": rows}})
    page = write_report(result, tmp_path / "reports", title="m")
    found = driven(
        page,
        tmp_path,
        HELPERS
        + """
        document.querySelector(`a[data-filter='outcome=quarantined&object=booking']`).click();
        return shown('left-over-rows').map((row) => row.cells[2].textContent);
        """,
    )
    assert found == ["Q"]


@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize(
    "make", [samples.plan, samples.load, samples.reconcile, samples.inventory, samples.rollback, samples.doctor]
)
def test_no_page_is_wider_than_its_window(make, width, tmp_path):
    page = write_report(make(), tmp_path / "reports", title="m" * 90)
    frame = f"<iframe id=f style='width:{width}px;height:900px;border:0' src='{page.name}'></iframe>"
    host = page.with_name("host.html")
    measure = "f.onload = () => { document.title = f.contentDocument.documentElement.scrollWidth }"
    host.write_text(f"<!doctype html><title>wait</title>{frame}<script>{measure}</script>", "utf-8")
    command = [
        CHROMIUM,
        *FLAGS,
        "--allow-file-access-from-files",
        f"--user-data-dir={tmp_path / 'profile'}",
        host.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert int(html.document_fromstring(done.stdout).xpath("//title")[0].text) <= width
