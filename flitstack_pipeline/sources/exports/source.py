"""The source that consists of export files in a folder."""

import difflib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flitstack_pipeline.errors import ConfigurationError, Problem, SourceError
from flitstack_pipeline.sources.base import FileFinding, ObjectExtract, extract_paths, read_extract
from flitstack_pipeline.sources.exports.dates import ORDERS
from flitstack_pipeline.sources.exports.derived import derive
from flitstack_pipeline.sources.exports.extract import Extraction, Reading, layout_for, layout_problems
from flitstack_pipeline.sources.exports.folder import Claim, Folder, scan_folder
from flitstack_pipeline.sources.exports.manifest import FILE_NAME as MANIFEST
from flitstack_pipeline.sources.exports.manifest import checksum_warning, missing_files, read_manifest
from flitstack_pipeline.sources.exports.numbers import MARKS
from flitstack_pipeline.sources.exports.opening import open_claim
from flitstack_pipeline.sources.exports.records import array_sheet

INLINE_FILE = "map"
"""`_file` of rows that stand in the map itself."""


class ExportSource:
    """Extracts objects from a folder of export files, inline rows, or other objects.

    `objects`: name to spec, as in `mapping.spec.ObjectSpec`. `timezone`: zone of date-times that name none.
    `date_order` (DMY, MDY, YMD) and `decimal_mark` (. or ,) settle what the cells of a column leave open; keys are
    `object.column`, `object.*` or `*`. Raises ConfigurationError for settings that cannot be, at once; the folder is
    read when it is needed.
    """

    def __init__(
        self,
        folder: Path,
        objects: Mapping[str, Any],
        *,
        timezone: str | None,
        date_order: Mapping[str, str],
        decimal_mark: Mapping[str, str],
    ) -> None:
        problems = _setting_problems(date_order, objects, option="date_order", allowed=ORDERS)
        problems += _setting_problems(decimal_mark, objects, option="decimal_mark", allowed=MARKS)
        if timezone is not None and (problem := _zone_problem(timezone)):
            problems.append(problem)
        if problems:
            raise ConfigurationError(problems)
        self._path = folder
        self._objects = objects
        self._reading = Reading(timezone=timezone, date_order=date_order, decimal_mark=decimal_mark)
        self._scanned: Folder | None = None
        self._findings: dict[str, tuple[FileFinding, ...]] = {}

    def files(self) -> tuple[FileFinding, ...]:
        """List all files with how they are read; rows are counted by `extract` only."""
        folder = self._folder()
        found: list[FileFinding] = []
        for name, claims in folder.claims.items():
            if name in self._findings:
                found.extend(self._findings[name])
            else:
                found.extend(f for claim in claims for f in self._look(name, claim))
        strays = [self._checked_manifest(f, folder) if f.file == MANIFEST else f for f in folder.strays]
        return tuple(sorted([*found, *strays], key=lambda f: f.file))

    def extract(self, name: str, *, into: Path) -> ObjectExtract:
        """Write the object's rows, rejects and findings into `into`.

        Raises SourceError where the files cannot be read or leave open what a cell means; it names all such places at
        once, each with the line that settles it. Wrong cells are no error: their rows are rejected.
        """
        if name not in self._objects:
            near = difflib.get_close_matches(name, self._objects, 3)
            raise ConfigurationError(
                f"there is no object “{name}”", hint=f"did you mean {', '.join(near)}?" if near else ""
            )
        spec = self._objects[name]
        if origin := spec.distinct or spec.explode:
            return derive(name, spec, self._origin(_origin_name(origin), into), into=into)
        if spec.rows:
            sheet = replace(array_sheet(INLINE_FILE, [dict(r) for r in spec.rows]), format="rows of the map")
            return Extraction(name, spec, [sheet], reading=self._reading).run(into=into)
        extract = self._from_files(name, spec, into)
        self._findings[name] = extract.files
        return extract

    def _from_files(self, name: str, spec: Any, into: Path) -> ObjectExtract:
        claims = self._folder().claims.get(name, [])
        if not claims and not spec.optional:
            raise SourceError([self._no_file(name, spec)])
        sheets, notes, problems = [], [], []
        manifest = read_manifest(self._path)
        for claim in claims:
            try:
                opened, said = open_claim(claim, spec)
            except SourceError as error:
                problems.extend(error.problems)
                continue
            sheets.extend(opened)
            notes.extend(said)
            if warning := checksum_warning(manifest, claim.item):
                notes.append(f"{claim.name}: {warning}" if len(claims) > 1 else warning)
        if problems:
            raise SourceError(problems)
        return Extraction(name, spec, sheets, reading=self._reading).run(into=into, notes=notes, manifest=manifest)

    def _origin(self, name: str, into: Path) -> ObjectExtract:
        if all(path.is_file() for path in extract_paths(into, name)):
            return read_extract(into, name)
        return self.extract(name, into=into)

    def _folder(self) -> Folder:
        if self._scanned is None:
            self._scanned = scan_folder(self._path, self._objects)
        return self._scanned

    def _checked_manifest(self, finding: FileFinding, folder: Folder) -> FileFinding:
        """Say what the manifest lists and the folder lacks."""
        manifest = read_manifest(self._path)
        names = {c.item.name for claims in folder.claims.values() for c in claims} | {f.file for f in folder.strays}
        said = [f"WARNING: {manifest.problem}"] if manifest.problem else []
        said += [f"WARNING: lists {name}, which is not in the folder" for name in missing_files(manifest, names)]
        return replace(finding, skipped=(*finding.skipped, *said))

    def _look(self, name: str, claim: Claim) -> list[FileFinding]:
        """Say how a file would be read, without reading it all."""
        spec = self._objects[name]
        try:
            sheets, notes = open_claim(claim, spec)
        except SourceError as error:
            said = tuple(str(p) for p in error.problems)
            return [
                FileFinding(
                    file=claim.name,
                    object=name,
                    format=claim.kind,
                    encoding="",
                    separator="",
                    header_row=0,
                    rows=0,
                    skipped=said,
                )
            ]
        found = []
        for sheet in sheets:
            layout = layout_for(sheet, spec)
            said = [*sheet.notes, *notes, *layout.notes, *(str(p) for p in layout_problems(sheet, layout, spec))]
            found.append(
                FileFinding(
                    file=sheet.name,
                    object=name,
                    format=sheet.format,
                    encoding=sheet.encoding,
                    separator=sheet.separator,
                    header_row=layout.header_row,
                    rows=0,
                    skipped=tuple(said),
                )
            )
        return found

    def _no_file(self, name: str, spec: Any) -> Problem:
        folder = self._folder()
        names = ", ".join(f"{f}.csv" for f in spec.files)
        strays = ", ".join(f.file for f in folder.strays if f.format in ("text", "workbook"))
        hint = f"put {names} (or .xlsx, .json, …) into the folder, or set `optional: true` for the object in the map"
        if strays:
            hint += f"; files of no object: {strays} — if one is meant, add its name to `files`"
        return Problem(f"object “{name}”", f"has no file in {self._path.name}", hint)


def _origin_name(origin: Any) -> str:
    return origin["from"] if isinstance(origin, Mapping) else origin.from_


def _zone_problem(timezone: str) -> Problem | None:
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        hint = "use a name of the time zone database, such as Australia/Sydney, Europe/London or America/New_York"
        return Problem("source.timezone", f"“{timezone}” is no time zone", hint)
    return None


def _setting_problems(
    settings: Mapping[str, str], objects: Mapping[str, Any], *, option: str, allowed: tuple[str, ...]
) -> list[Problem]:
    problems = []
    for key, value in settings.items():
        where = f"source.{option}.{key}"
        if value not in allowed:
            problems.append(Problem(where, f"“{value}” is none of {', '.join(allowed)}"))
        name, _, column = key.partition(".")
        if key == "*" or (name in objects and (column == "*" or column in objects[name].columns)):
            continue
        known = [f"{n}.{c}" for n, spec in objects.items() for c in spec.columns]
        near = difflib.get_close_matches(key, known, 3)
        hint = f"did you mean {', '.join(near)}?" if near else "keys are `object.column`, `object.*` or `*`"
        problems.append(Problem(where, f"there is no column “{key}”", hint))
    return problems
