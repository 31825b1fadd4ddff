"""The page of an inventory: how each file was read, what each column holds, what joins to nothing, what stays behind."""

from collections.abc import Mapping, Sequence
from typing import Any

from flitstack_pipeline.reports.text import presentable
from flitstack_pipeline.reports.views.common import Figure, Listing, Surroundings
from flitstack_pipeline.stages.result import VerbResult


def inventory(result: VerbResult, around: Surroundings) -> dict[str, Any]:
    """Everything that an extraction found out."""
    details = result.details
    titles = details["titles"]
    files = presentable(list(details["files"]))
    rejects: Sequence[Mapping[str, Any]] = details.get("rejects") or ()
    orphans: Sequence[Mapping[str, Any]] = details["orphans"]
    stays: Mapping[str, Sequence[str]] = details["not_migrated"]
    rows = sum(c.extracted for c in result.objects.values())
    names = [n for n in result.objects if n in details["columns"]]
    reject_files = [around.file("source", f"{n}.rejects.parquet") for n in dict.fromkeys(r["object"] for r in rejects)]
    return {
        "files": files,
        "objects": [_object(n, presentable(titles.get(n, n)), result, n in stays) for n in names],
        "rejects": Listing.of(rejects, total=int(details.get("rejected") or 0), full=reject_files),
        "orphans": Listing.of(orphans),
        "not_migrated": [
            {"name": n, "title": t, "rows": r, "reason": why, "rebuild": rebuild}
            for n, t, r, why, rebuild in presentable(
                [
                    (n, titles.get(n, n), result.objects[n].extracted if n in result.objects else 0, *stays[n])
                    for n in stays
                ]
            )
        ],
        "figures": [
            Figure(rows, "rows"),
            Figure(len(result.objects), "objects"),
            Figure(len([f for f in files if f["object"]]), "files read"),
            Figure(
                max(len(rejects), int(details.get("rejected") or 0)), "could not be read", "warn" if rejects else "good"
            ),
            Figure(len(orphans), "join to nothing", "warn" if orphans else "good"),
        ],
    }


def _object(name: str, title: str, result: VerbResult, stays: bool) -> dict[str, Any]:
    profile = result.details["profiles"].get(name) or {}
    by_name = {c["name"]: c for c in profile.get("columns") or ()}
    rows = int(profile.get("rows") or result.objects[name].extracted)
    columns = [_column(c, by_name.get(c["name"], {}), rows) for c in result.details["columns"][name]]
    return {"name": name, "title": title, "rows": rows, "columns": presentable(columns), "stays": stays}


def _column(finding: Mapping[str, Any], profile: Mapping[str, Any], rows: int) -> dict[str, Any]:
    filled = int(profile.get("filled") or 0)
    return {
        **finding,
        **profile,
        "filled": filled,
        "rate": filled / rows if rows else 0.0,
        "top": list(profile.get("top") or ()),
    }
