"""Undoing a migration on a real Odoo: table by table it looks as before, but for what a person has done since."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from e2e_dumps import Dump, changes, everything, migrated, record_changes
from e2e_project import Project
from e2e_subset import write_subset

from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.sandbox import Sandbox

pytestmark = pytest.mark.odoo

# The person who had this contact before: customer 1001's address is shared with two of its own companies.
EMAIL = "Info@Example.org "
COMMENT = '<p class="mb-0">Prefers <b>mornings</b> &amp; tea</p>'
BEFORE = {"name": "Quillback (old)", "email": EMAIL, "phone": "+61 2 5550 0000", "city": "Perth", "comment": COMMENT}

# What a rollback cannot or need not bring back, beside the tables of `traits.RESIDUE`: by table, the columns.
IGNORED = {
    # Odoo stamps every write, the restoring one too; nobody can write a stamp.
    "res_partner": frozenset({"write_date", "write_uid"}),
}


@dataclass(frozen=True)
class Place:
    """A database with a contact of the customer's own and a user beside the migration's."""

    access: OdooAccess
    sandbox: Sandbox
    partner: int
    person: OdooAccess
    user: int

    def dump(self) -> Dump:
        return everything(self.sandbox, self.access.database)


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_subset(tmp_path_factory.mktemp("export"), customers=6, also=["1001", "1002", "1004", "1213"])


@pytest.fixture
def place(odoo_access: OdooAccess, sandbox: Sandbox) -> Iterator[Place]:
    with OdooClient.connect(odoo_access) as odoo:
        (partner,) = odoo.create("res.partner", [BEFORE])
        groups = odoo.search("res.groups", [["full_name", "in", ["Sales / Administrator", "Contact / Creation"]]])
        person = replace(odoo_access, login="pat", password="pat-s-own-password", api_key="")
        user = {
            "name": "Pat Person",
            "login": person.login,
            "password": person.password,
            "group_ids": [[4, g] for g in groups],
        }
        (user_id,) = odoo.create("res.users", [user], context={"no_reset_password": True})
    yield Place(odoo_access, sandbox, partner, person, user_id)


@pytest.fixture
def project(new_project: Callable[..., Project], place: Place, export: Path) -> Project:
    return new_project(place.access, export, accepted=False)


def _partner(odoo: OdooClient, place: Place) -> dict[str, object]:
    return odoo.read("res.partner", [place.partner], [*BEFORE, "parent_id", "is_company"])[0]


def test_all_tables_are_as_before_and_a_load_goes_again(project: Project, place: Place) -> None:
    before = place.dump()
    with project.odoo() as odoo:
        was = _partner(odoo, place)
        first = project.migrate()
        assert first.exit_code == 0, first.problems
        assert project.outcome("customer", "1001")[0] == "updated"
        assert project.id_of("customer", "1001") == place.partner
        now = _partner(odoo, place)
        assert (now["name"], now["is_company"]) != (was["name"], was["is_company"])
        assert project.verb("reconcile").ok
        loaded = migrated(project)
        assert len(loaded) > 120

        result = project.verb("rollback")

        assert (result.exit_code, result.problems) == (0, ())
        assert _partner(odoo, place) == was
        assert changes(before, place.dump(), ignoring=IGNORED) == {}
        odoo.refresh()
        assert not [f for f in odoo.fields_get("crm.lead") if f.startswith("x_")]
        assert not odoo.has_model("x_octo_option")
        assert project.ids("customer") == {}

        again = project.migrate()
        odoo.refresh()
        assert again.objects == first.objects
        assert record_changes(loaded, migrated(project)) == {}
        assert project.verb("reconcile").ok
        assert project.verb("rollback").exit_code == 0
    assert changes(before, place.dump(), ignoring=IGNORED) == {}


def test_an_interrupted_rollback_is_finished_by_the_next(
    project: Project, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every third step is done in Odoo, and the run ends before the ledger knows."""
    before = place.dump()
    project.migrate()
    mark_undone, calls = Ledger.mark_undone, [0]

    def interrupted(ledger: Ledger, ids: list[int]) -> None:
        calls[0] += 1
        if calls[0] % 3 == 0:
            raise KeyboardInterrupt
        mark_undone(ledger, ids)

    monkeypatch.setattr(Ledger, "mark_undone", interrupted)
    interruptions = 0
    while True:
        try:
            result = project.verb("rollback")
        except KeyboardInterrupt:
            interruptions += 1
        else:
            break
    assert interruptions > 5
    assert (result.exit_code, result.problems) == (0, ())
    assert changes(before, place.dump(), ignoring=IGNORED) == {}


def test_what_a_person_changed_since_is_kept_and_listed(project: Project, place: Place) -> None:
    before = place.dump()
    project.migrate()
    booking = min(project.ids("booking").items())
    with project.odoo() as odoo:
        whose = odoo.read("crm.lead", [booking[1]], ["partner_id"])[0]["partner_id"][0]
    customer = min(c for c in project.ids("customer").items() if c[1] not in (place.partner, whose))
    with OdooClient.connect(place.person) as pat:
        pat.write("crm.lead", [booking[1]], {"name": "Agreed on the phone"})
        pat.write("res.partner", [place.partner], {"phone": "+61 2 5550 9999"})
        pat.write("res.partner", [customer[1]], {"website": "https://kept.example.com"})

    for _ in range(2):  # asked again, it says the same
        kept = project.verb("rollback")
        assert kept.exit_code == 4
        why = {(k["model"], k["res_id"]): (k["what"], k["reason"]) for k in kept.details["kept"]}
        assert why["crm.lead", booking[1]] == ("Agreed on the phone", "changed by Pat Person since")
        assert why["res.partner", customer[1]][1] == "changed by Pat Person since"
        assert why["res.partner", place.partner] == ("phone", "edited by somebody since; their values stay")
        changed = {place for place, (_, reason) in why.items() if "since" in reason}
        assert len(changed) == 3
        # What the kept booking refers to stays too, and the fields of all of them; nothing else does.
        others = {reason for place, (_, reason) in why.items() if place not in changed}
        assert all(
            r.endswith((", which is kept, refers to it", " were kept, and this is part of them")) for r in others
        )
        assert why["res.partner", whose][1] == f"crm.lead {booking[1]}, which is kept, refers to it"
    with project.odoo() as odoo:
        assert odoo.read("crm.lead", [booking[1]], ["name"])[0]["name"] == "Agreed on the phone"
        now = _partner(odoo, place)
        assert (now["name"], now["phone"]) == (BEFORE["name"], "+61 2 5550 9999")
        ours = odoo.search_count("crm.lead", [["x_flitstack_key", "!=", False]], context={"active_test": False})
        assert ours == 1
        assert not odoo.search("sale.order", [["name", "=like", "QU-%"]], context={"active_test": False})

    # What was kept is still known, so that another load finds it and makes only the rest.
    again = project.migrate()
    assert again.exit_code == 0, again.problems
    assert project.id_of("booking", booking[0]) == booking[1]
    assert project.outcome("booking", booking[0])[0] == "unchanged"

    everything_goes = project.verb("rollback", keep_changed=False)
    assert (everything_goes.exit_code, everything_goes.problems) == (0, ())
    left = changes(
        before, place.dump(), ignoring=IGNORED | {"res_partner": IGNORED["res_partner"] | {"phone", "phone_sanitized"}}
    )
    # All that is left is the note about what Pat did to the contact.
    notes = [json.loads(row) for table in left.values() for row in table["new"]]
    assert set(left) <= {"mail_message", "mail_tracking_value"}
    assert not any(table["gone"] for table in left.values())
    assert {note["create_uid"] for note in notes} <= {place.user}
