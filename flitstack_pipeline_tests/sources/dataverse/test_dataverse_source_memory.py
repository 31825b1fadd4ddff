"""However many rows a table has, no more than a page of them is in memory; of the others, a number each."""

import tracemalloc
from pathlib import Path
from typing import Any

from support.dataverse_mock import URL, one_table

from flitstack_pipeline.mapping.objects import ObjectSpec
from flitstack_pipeline.sources.dataverse import DataverseAccess, DataverseSource

PAGE = 500


def peak(folder: Path, rows: int) -> int:
    """The most bytes that Python held while so many rows were extracted."""

    def page(number: int) -> tuple[list[dict[str, Any]], bool]:
        first = number * PAGE
        made = [
            {"accountid": f"{n:08x}-0000-4000-8000-000000000000", "versionnumber": n, "name": f"{n} " + "x" * 300}
            for n in range(first, first + PAGE)
        ]
        return made, first + PAGE < rows

    access = DataverseAccess(
        url=URL, tenant="t", client_id="c", client_secret="unguessable-4411", calls_per_minute=8000, page_size=PAGE
    )
    spec = ObjectSpec.model_validate({"entity": "account", "columns": {"name": {}}})
    transport = one_table({"name": "String"}, page)
    with DataverseSource(access, {"a": spec}, timezone=None, cache=folder / "cache", transport=transport) as source:
        source.metadata.table("account")
        tracemalloc.start()
        try:
            assert source.extract("a", into=folder / "into").rows == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def test_memory_stays_flat(tmp_path):
    peak(tmp_path / "warm", 500)
    few, many = peak(tmp_path / "few", 5_000), peak(tmp_path / "many", 25_000)
    # The rows have some 800 bytes each; a hash of each id is kept, and the peak itself sways by a megabyte.
    assert (many - few) / 20_000 < 150, f"{few:,} bytes for 5,000 rows, {many:,} for 25,000"
