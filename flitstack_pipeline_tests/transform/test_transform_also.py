"""References of one many2many field that come from several columns, and those that a choice leaves out."""

from support.tables import Tables, rows, transform

from flitstack_pipeline.mapping.choices import apply_choices
from flitstack_pipeline.mapping.spec import SystemMap
from flitstack_pipeline.transform.values import Many, Ref

JOBS = rows(
    {"id": "1", "kind": "Repair", "branch": "MUM"},
    {"id": "2", "kind": "Repair", "branch": None},
    {"id": "3", "kind": None, "branch": "PUN"},
)
TAGS = {
    "from": "kind",
    "values": {"Repair": "repair"},
    "lookup": {"records": "tag", "many": True},
    "also": {"from": "branch", "lookup": {"records": "branch_tag", "many": True}},
}


def tag(source_id: str) -> Ref:
    return Ref(("tag",), source_id, "hold")


def branch(source_id: str) -> Ref:
    return Ref(("branch_tag",), source_id, "hold")


def test_references_are_added_and_empty_columns_add_none():
    found = transform({"from": "job", "fields": {"tags": TAGS}}, Tables(job=JOBS))

    assert [item.values["tags"] for item in found] == [
        Many((tag("repair"), branch("MUM"))), Many((tag("repair"),)), Many((branch("PUN"),)),
    ]  # fmt: skip


def test_a_condition_holds_for_what_is_added_alone():
    more = {**TAGS, "also": [{**TAGS["also"], "when": {"branch": "PUN"}}]}
    found = transform({"from": "job", "fields": {"tags": more}}, Tables(job=JOBS))

    assert [item.values["tags"] for item in found] == [
        Many((tag("repair"),)), Many((tag("repair"),)), Many((branch("PUN"),)),
    ]  # fmt: skip


def test_what_a_choice_leaves_out_is_not_added():
    records = {
        "tag": {"from": "tag", "fields": {"name": "key"}},
        "branch_tag": {"from": "branch", "choice": {"branches": "tags"}, "fields": {"name": "code"}},
    }
    system = SystemMap.model_validate(
        {
            "system": "acme",
            "title": "Acme",
            "reader": "exports",
            "choices": {
                "branches": {"title": "Branches", "default": "tags", "options": {"tags": "tags", "none": "nothing"}}
            },
            "objects": {
                "tag": {"key": "key", "rows": [{"key": "repair"}]},
                "branch": {"files": "branches", "key": "code", "columns": {"code": {}}},
                "job": {"files": "jobs", "key": "id", "columns": {"id": {}, "kind": {}, "branch": {}}},
            },
            "models": {
                "crm_tag": {"model": "crm.tag", "records": records},
                "crm_lead": {"model": "crm.lead", "records": {"job": {"from": "job", "fields": {"tag_ids": TAGS}}}},
            },
        }
    )

    def added(chosen: dict[str, str]) -> int:
        return len(apply_choices(system, chosen).models["crm_lead"].records["job"].fields["tag_ids"][0].also)

    assert (added({}), added({"branches": "none"})) == (1, 0)
    assert not apply_choices(system, {"branches": "none"}).objects["branch"].migrates
