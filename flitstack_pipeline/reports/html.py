"""A verb's result as one HTML file that needs nothing else: no network, no server, no other file."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from flitstack_pipeline.redact import redact_values
from flitstack_pipeline.reports.files import write_atomically
from flitstack_pipeline.reports.index import write_index
from flitstack_pipeline.reports.text import clipped, presentable, share, shortened, visible
from flitstack_pipeline.reports.views.common import (
    VERBS,
    RecordLinks,
    Surroundings,
    Verdict,
    counts_table,
    models_table,
)
from flitstack_pipeline.reports.views.done import load, reconcile, rollback
from flitstack_pipeline.reports.views.inventory import inventory
from flitstack_pipeline.reports.views.preparing import approve, doctor, plan
from flitstack_pipeline.stages.result import VerbResult

View = Callable[[VerbResult, Surroundings], dict[str, Any]]

VIEWS: Final[dict[str, View]] = {
    "doctor": doctor,
    "inventory": inventory,
    "plan": plan,
    "approve": approve,
    "load": load,
    "reconcile": reconcile,
    "rollback": rollback,
}

PROBLEMS_SHOWN: Final = 200


def write_report(result: VerbResult, folder: Path, *, title: str, at: datetime | None = None) -> Path:
    """Write `<folder>/<verb>.html` with `<verb>.json` beside it, bring `index.html` up to date, and return the page.

    `title`: the migration's own; `at`: when the verb ended, now if not given. Files appear whole or not at all. A verb
    without a page of its own gets what all pages have in common.
    """
    folder.mkdir(parents=True, exist_ok=True)
    moment = (at or datetime.now(UTC)).astimezone(UTC)
    path = folder / f"{result.verb}.html"
    complete = replace(result, reports=tuple(dict.fromkeys([*result.reports, str(path)])))
    stable = json.dumps(redact_values(complete.as_json()), ensure_ascii=False, indent=1, sort_keys=True)
    write_atomically(folder / f"{result.verb}.json", stable + "\n")
    page = write_atomically(path, render_report(result, folder, title=title, at=moment))
    write_index(folder, environment().get_template("index.html"), title=visible(title))
    return page


def render_report(result: VerbResult, folder: Path, *, title: str, at: datetime) -> str:
    """The page as text. `folder`: where it will stand; links to files beside it are given only where these are."""
    around = Surroundings(folder, RecordLinks.of(result.details))
    view = VIEWS.get(result.verb)
    template = environment().get_template(f"{result.verb}.html" if view else "page.html")
    said: dict[str, Any] = presentable(
        {
            "migration": result.migration,
            "run_id": result.run_id,
            "summary": result.summary,
            "next_step": result.next_step,
        }
    )
    said |= {
        "title": visible(title),
        "verb": result.verb,
        "verb_title": VERBS.get(result.verb, result.verb),
        "verdict": Verdict.of(result),
        "at": at,
        "figures": [],
        "counts": counts_table(result),
        "models": models_table(result),
        "problems": presentable(list(result.problems[:PROBLEMS_SHOWN])),
        "problems_total": len(result.problems),
    }
    return template.render(said | (view(result, around) if view else {}))


@cache
def environment() -> Environment:
    """The templates of this package; everything that they are given is escaped."""
    env = Environment(
        loader=PackageLoader("flitstack_pipeline.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["number"] = lambda n: f"{n:,}" if isinstance(n, int) else str(n)
    env.filters["share"] = share
    env.filters["shortened"] = shortened
    env.filters["clipped"] = clipped
    env.filters["capitalised"] = lambda text: text[:1].upper() + text[1:]
    env.filters["moment"] = lambda at: f"{at:%Y-%m-%d %H:%M} UTC"
    # The page's own script is the only one that may run in it, whatever a value of the source tries.
    digest = hashlib.sha256(env.get_template("report.js").render().encode()).digest()
    env.globals["script_hash"] = base64.b64encode(digest).decode("ascii")
    return env
