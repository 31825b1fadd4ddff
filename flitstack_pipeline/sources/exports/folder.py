"""Finds the files of an export folder and says which object each belongs to.

A file belongs to the object that lists its name. Names are compared without case, spaces, `_` and `-`; dates, times
and numbers at their end do not count (`customers_2026-11-01.csv`, `Customers (2).csv`). An archive's members and, if
its own name matches no object, a workbook's sheets are looked at one by one.
"""

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from flitstack_pipeline.errors import ConfigurationError, Problem, SourceError
from flitstack_pipeline.sources.base import FileFinding
from flitstack_pipeline.sources.exports.header import normalise
from flitstack_pipeline.sources.exports.items import Item, kind
from flitstack_pipeline.sources.exports.manifest import FILE_NAME as MANIFEST
from flitstack_pipeline.sources.exports.workbook import workbook_sheets

_TRAILING_NUMBER = re.compile(r"[\s_\-.(]*(?:part|no)?[\s_\-.(]*\d+[tTzZ]?\)*$")
_ATTACHMENTS = "attachments"
_IGNORED = re.compile(r"(^|/)(\.|~\$|__MACOSX/|Thumbs\.db$|desktop\.ini$)")


@dataclass(frozen=True)
class Claim:
    """A file of an object. `tab`: the one sheet of a workbook that is meant, None for all."""

    item: Item
    kind: str
    tab: str | None = None

    @property
    def name(self) -> str:
        """Name as it stands in findings."""
        return self.item.name if self.tab is None else f"{self.item.name}!{self.tab}"


@dataclass
class Folder:
    """Object to its files, sorted by name; and the findings of what belongs to none."""

    claims: dict[str, list[Claim]] = field(default_factory=dict)
    strays: list[FileFinding] = field(default_factory=list)


def scan_folder(folder: Path, objects: Mapping[str, Any]) -> Folder:
    """Look through the folder.

    Raises SourceError if it does not exist, ConfigurationError if two objects claim one name.
    """
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        hint = "put the exported files there, or correct `source: {folder: …}` in the migration file"
        raise SourceError([Problem(str(folder), what, hint)])
    stems = _stems(objects)
    result = Folder()
    attachments: dict[str, int] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if _IGNORED.search(name):
            continue
        if (inside := _attachments_in(name)) is not None:
            attachments[inside] = attachments.get(inside, 0) + 1
            continue
        _place(Item(name=name, path=path), stems, result=result, attachments=attachments)
    for inside, count in sorted(attachments.items()):
        result.strays.append(_stray(inside, "attachments", f"{count} files that records refer to, not tables"))
    for claims in result.claims.values():
        claims.sort(key=lambda c: c.name)
    return result


def _place(item: Item, stems: Mapping[str, str], *, result: Folder, attachments: dict[str, int]) -> None:
    what = kind(item)
    if what == "zip":
        _place_members(item, stems, result=result, attachments=attachments)
        return
    name = match_stem(item.stem, stems)
    if PurePosixPath(item.name.replace("!", "/")).name.lower() == MANIFEST and name is None:
        result.strays.append(_stray(item.name, "manifest", "describes the export"))
    elif what not in ("text", "workbook", "empty"):
        result.strays.append(
            _stray(
                item.name, what, "not a table" if name is None else f"not a table, though its name is that of “{name}”"
            )
        )
    elif name is not None:
        result.claims.setdefault(name, []).append(Claim(item, what))
    elif what != "workbook" or not _place_sheets(item, stems, result=result):
        known = ", ".join(sorted(set(stems.values())))
        result.strays.append(
            _stray(
                item.name, what, f"belongs to no object: add its name to the `files` of one of {known}, or ignore it"
            )
        )


def _place_members(archive: Item, stems: Mapping[str, str], *, result: Folder, attachments: dict[str, int]) -> None:
    with zipfile.ZipFile(archive.path) as opened:
        infos = sorted(
            (i for i in opened.infolist() if not i.is_dir() and not _IGNORED.search(i.filename)),
            key=lambda i: i.filename,
        )
    if locked := [i.filename for i in infos if i.flag_bits & 1]:
        raise SourceError(
            [Problem(archive.name, f"is protected by a password ({locked[0]})", "unpack it into the folder")]
        )
    own = match_stem(archive.stem, stems)
    tables = []
    for info in infos:
        if (inside := _attachments_in(info.filename)) is not None:
            key = f"{archive.name}!{inside}"
            attachments[key] = attachments.get(key, 0) + 1
        else:
            tables.append(Item(name=f"{archive.name}!{info.filename}", path=archive.path, member=info.filename))
    if own is not None and len(tables) == 1 and match_stem(tables[0].stem, stems) is None:
        result.claims.setdefault(own, []).append(Claim(tables[0], kind(tables[0])))
        return
    for item in tables:
        _place(item, stems, result=result, attachments=attachments)


def _place_sheets(item: Item, stems: Mapping[str, str], *, result: Folder) -> bool:
    """Give the sheets of a workbook that is called like no object to the objects they are called like."""
    tabs = workbook_sheets(item).sheets
    owners = {tab: match_stem(tab, stems) for tab in tabs}
    if not any(owners.values()):
        return False
    for tab, owner in owners.items():
        if owner is None:
            result.strays.append(_stray(f"{item.name}!{tab}", "workbook", "sheet that is called like no object"))
        else:
            result.claims.setdefault(owner, []).append(Claim(item, "workbook", tab))
    return True


def match_stem(stem: str, stems: Mapping[str, str]) -> str | None:
    """Find the object that a file name belongs to: by all of it, else without one number after the other at its end."""
    while True:
        if (found := stems.get(normalise(stem))) is not None:
            return found
        shorter = _TRAILING_NUMBER.sub("", stem)
        if shorter == stem or not shorter:
            return None
        stem = shorter


def _stems(objects: Mapping[str, Any]) -> dict[str, str]:
    stems: dict[str, str] = {}
    problems = []
    for name, spec in objects.items():
        for file in spec.files:
            other = stems.setdefault(normalise(file), name)
            if other != name:
                what = f"the file name “{file}” is claimed by “{other}” too"
                problems.append(
                    Problem(
                        f"objects.{name}.files", what, "a file belongs to one object: take the name out of one of them"
                    )
                )
    if problems:
        raise ConfigurationError(problems)
    return stems


def _attachments_in(name: str) -> str | None:
    """Give the path up to a folder of attachments, if the file lies in one."""
    parts = name.split("/")[:-1]
    for index, part in enumerate(parts):
        if part.casefold() == _ATTACHMENTS:
            return "/".join(parts[: index + 1]) + "/"
    return None


def _stray(name: str, what: str, *said: str) -> FileFinding:
    return FileFinding(
        file=name, object=None, format=what, encoding="", separator="", header_row=0, rows=0, skipped=tuple(said)
    )
