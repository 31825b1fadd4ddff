"""Is the export there, whole and readable?"""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from flitstack_pipeline.errors import ConfigurationError, SourceError
from flitstack_pipeline.sources.exports.extract import layout_for, layout_problems
from flitstack_pipeline.sources.exports.folder import Folder, scan_folder
from flitstack_pipeline.sources.exports.opening import open_claim
from flitstack_pipeline.stages.doctor.dataverse import examine
from flitstack_pipeline.stages.doctor.examination import Examination
from flitstack_pipeline.stages.doctor.findings import Findings, blocking, counted, listed, ok, warning
from flitstack_pipeline.stages.run import MigrationRun

OLD_DAYS = 30
SPARE_BYTES = 1_000_000_000
_GB = 1_000_000_000


def check(examination: Examination) -> Findings:
    """Folder, objects, files, age, space, zone."""
    run = examination.run
    if run.migration.source.reader == "dataverse":
        yield from _dataverse(run)
        return
    folder = run.source_folder
    yield from _settings(run)
    if not folder.is_dir():
        todo = "put the exported files there, or correct `source: {folder: …}` in the migration file"
        yield blocking("source.folder", f"the export folder {folder} is not there", todo)
        return
    files = [p for p in folder.rglob("*") if p.is_file()]
    size = sum(p.stat().st_size for p in files)
    if not files:
        yield blocking("source.folder", f"the export folder {folder} is empty", "put the exported files there")
        return
    yield ok("source.folder", f"{folder}: {counted(len(files), 'file')}, {size / 1e6:,.1f} MB")
    yield from _age(files, folder, examination.now)
    yield from _space(run, size)
    found = scan_folder(folder, run.system.objects)
    yield from _objects(run, found)
    yield from _readable(run, found)
    strays = [f for f in found.strays if f.format not in ("manifest", "attachments")]
    if strays:
        names = listed(f"{f.file} ({f.format})" for f in strays)
        todo = "if one is meant, add its name to the `files` of an object in the map; else leave it, it is not read"
        yield warning("source.unknown_files", f"{counted(len(strays), 'file')} belong to no object: {names}", todo)
    else:
        yield ok("source.unknown_files", "every file belongs to an object")


def _dataverse(run: MigrationRun) -> Findings:
    yield from _settings(run)
    run.source()  # with the custom columns that are known by now
    yield from examine(run.dataverse)
    yield from _space(run, 0)


def _settings(run: MigrationRun) -> Findings:
    try:
        run.source()
    except ConfigurationError as error:
        for problem in error.problems:
            yield blocking(
                "source.settings", f"{problem.where}: {problem.what}", problem.hint or "correct the migration file"
            )
    objects = run.system.objects.items()
    moments = [f"{name}.{c}" for name, o in objects for c, column in o.columns.items() if column.type == "datetime"]
    if not moments:
        yield ok("source.timezone", "no date-times are declared")
    elif zone := run.migration.source.timezone:
        yield ok("source.timezone", f"date-times that name no zone are read as {zone}")
    else:
        text = f"date-times are declared ({listed(moments, 4)}) and no zone is given for those that name none"
        yield warning(
            "source.timezone", text, "add the zone of the source's clocks: `source: {timezone: Australia/Sydney}`"
        )


def _age(files: list[Path], folder: Path, now: datetime) -> Findings:
    newest = max(files, key=lambda p: p.stat().st_mtime)
    changed = datetime.fromtimestamp(newest.stat().st_mtime, UTC)
    days = max(0, (now - changed).days)
    text = f"the newest file, {newest.relative_to(folder)}, is of {changed:%Y-%m-%d}: {counted(days, 'day')} old"
    if days > OLD_DAYS:
        yield warning(
            "source.age",
            text,
            "what changed in the source since then is missing: ask for a new export before the cutover",
        )
    else:
        yield ok("source.age", text)


def _space(run: MigrationRun, size: int) -> Findings:
    there = next(p for p in (run.folder, *run.folder.parents) if p.exists())
    free = shutil.disk_usage(there).free
    text = f"{free / _GB:,.1f} GB free for extracts and reports in {run.folder}"
    text += f" (the export has {size / _GB:,.2f} GB)" if size else ""
    todo = "make room, or put FLITSTACK_HOME on another disk"
    if free < size:
        yield blocking("source.disk", text, todo)
    elif free < 2 * size + SPARE_BYTES:
        yield warning("source.disk", text, todo)
    else:
        yield ok("source.disk", text)


def _objects(run: MigrationRun, found: Folder) -> Findings:
    of_files = {name: obj for name, obj in run.system.objects.items() if obj.files}
    missing = {name: obj for name, obj in of_files.items() if name not in found.claims}
    for name, obj in missing.items():
        if not obj.optional:
            names = " or ".join(f"{f}.csv" for f in obj.files)
            todo = (
                f"put {names} (or .xlsx, .json, …) into the folder, or set `optional: true` for the object in the map"
            )
            yield blocking("source.objects", f"no file for the object {name} ({obj.title or name})", todo)
    there = len(of_files) - len(missing)
    without = [name for name, obj in missing.items() if obj.optional]
    said = f"; optional and without one: {listed(without)}" if without else ""
    yield ok("source.objects", f"{there} of {counted(len(of_files), 'object')} have a file{said}")


def _readable(run: MigrationRun, found: Folder) -> Findings:
    problems = []
    for name, claims in found.claims.items():
        spec = run.system.objects[name]
        for claim in claims:
            try:
                sheets, _ = open_claim(claim, spec)
            except SourceError as error:
                problems += error.problems
                continue
            problems += [p for sheet in sheets for p in layout_problems(sheet, layout_for(sheet, spec), spec)]
    for problem in problems:
        yield blocking("source.files", f"{problem.where}: {problem.what}", problem.hint or "export the file again")
    if not problems:
        yield ok("source.files", "every file can be read and has the columns that are required of it")
