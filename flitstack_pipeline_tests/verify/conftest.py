"""A comparison of prepared records with an Odoo in memory, with a ledger in a file."""

from collections.abc import Mapping
from typing import Any

import pytest
from support.compiled import prepared
from support.odoo import FakeOdoo, IdMap

from flitstack_pipeline.ledger.records import MappedRecord
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.mapping.migration import AcceptedDifference
from flitstack_pipeline.odoo.resolve import Resolver
from flitstack_pipeline.verify.diff import Difference, RecordSetComparison


class Comparing:
    """`records`: what the map says; `odoo`: what is there; `ledger`: which record is which."""

    def __init__(self, folder) -> None:
        self.odoo = FakeOdoo()
        self.ledger = Ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
        self.accepted: list[AcceptedDifference] = []
        self.id_map = IdMap()

    def mapped(self, source_id: str, res_id: int, origin: str = "created", model: str = "x.thing") -> None:
        self.ledger.save_mapped("toy", [MappedRecord("thing", source_id, model, res_id, origin, {}, "")])

    def there(self, source_id: str, origin: str = "created", model: str = "x.thing", **values: Any) -> int:
        """A migrated record, as Odoo has it."""
        number = len(self.odoo.records.get(model, {})) + 1
        self.odoo.add(model, {"id": number, **values})
        self.mapped(source_id, number, origin, model)
        return number

    def accept(
        self, source_id: str, field: str, why: str = "looked at it", records: str = "thing"
    ) -> AcceptedDifference:
        self.accepted.append(AcceptedDifference(records=records, id=source_id, field=field, why=why))
        return self.accepted[-1]

    def compare(self, records, *batch) -> list[Difference]:
        resolver = Resolver(self.odoo, self.id_map)
        self.comparison = RecordSetComparison(
            records, client=self.odoo, resolver=resolver, ledger=self.ledger, migration="toy", accepted=self.accepted
        )
        return list(self.comparison.compare(batch))

    def one(self, records, expected: Mapping[str, Any], actual: Mapping[str, Any], **more: Any) -> list[Difference]:
        """Compare one record that should hold `expected` and holds `actual`."""
        self.there("s", **actual, **more)
        return self.compare(records, prepared("s", **expected))

    @property
    def tally(self):
        return self.comparison.tally


@pytest.fixture
def comparing(tmp_path):
    made = Comparing(tmp_path)
    yield made
    made.ledger.close()
