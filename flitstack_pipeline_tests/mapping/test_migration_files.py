"""Migration files: what they may say, what is refused, and the changes that they make to their system's map."""

import pytest
from support.project import MAP, MIGRATION, line_of

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.mapping.loading import check_migration_id, migration_ids

OWN = "  url: https://odoo.toy.example\n  database: toy\n"


@pytest.fixture
def problems(project):
    project.map(MAP)

    def of(text: str) -> list[str]:
        project.migration(text)
        with pytest.raises(ConfigurationError) as error:
            project.load()
        return [str(problem) for problem in error.value.problems]

    return of


@pytest.fixture
def changed(project):
    project.map(MAP)

    def by(changes: str):
        project.migration(f"{MIGRATION}changes:\n{changes}")
        return project.load()[1]

    return by


def with_target(target: str) -> str:
    return MIGRATION.replace("  sandbox: {}\n", target)


def test_defaults(project):
    project.map(MAP)
    project.migration()

    migration, system = project.load()

    assert (migration.options.batch_size, migration.tolerance.differences, migration.sample_size) == (500, 0, 200)
    assert migration.delta_window_hours == 48
    assert migration.target.sandbox.localization == "l10n_generic_coa"
    assert system is project.system(), "without changes the map is the system's own"


MISTAKES = {
    "both targets": (
        with_target("  sandbox: {}\n" + OWN + "  api_key_env: TOY_KEY\n"),
        "target: a target is either `sandbox:` or an Odoo of your own by `url:`, not both",
    ),
    "no target": (
        with_target("  protocol: auto\n"),
        "target: an Odoo of your own needs url and database; or say `sandbox: {}`",
    ),
    "no database": (
        with_target("  url: https://odoo.toy.example\n  api_key_env: TOY_KEY\n"),
        "target: an Odoo of your own needs database; or say `sandbox: {}`",
    ),
    "no secret": (
        with_target(OWN),
        "target: name the environment variable that holds the key: `api_key_env:` (or `password_env:` with `login:`)",
    ),
    "password without login": (
        with_target(OWN + "  password_env: TOY_PASSWORD\n"),
        "target: `password_env:` needs `login:`",
    ),
    "no variable's name": (
        with_target(OWN + "  api_key_env: s3cr-t!\n"),
        "target.api_key_env: should match pattern '^[A-Za-z_][A-Za-z0-9_]*$'",
    ),
    "a secret by value": (
        with_target(OWN + "  api_key: s3cr-t!\n"),
        "target.api_key: is not a key that exists here (did you mean api_key_env?)",
    ),
    "unknown protocol": (
        with_target(OWN + "  api_key_env: TOY_KEY\n  protocol: soap\n"),
        "target.protocol: should be 'auto', 'json2', 'jsonrpc' or 'xmlrpc'",
    ),
    "date order": (
        MIGRATION.replace("YMD", "DYM"),
        "source.date_order.*: should be 'DMY', 'MDY' or 'YMD'",
    ),
    "country": (
        MIGRATION.replace("  timezone", "  country: Australia\n  timezone"),
        "source.country: should match pattern",
    ),
    "no source": (
        MIGRATION.replace("  folder: export\n", ""),
        "source: a source is exactly one of `folder:` (exports), `url:`",
    ),
    "batch size": (
        MIGRATION + "options: {batch_size: 0}\n",
        "options.batch_size: should be greater than or equal to 1",
    ),
    "acceptance without a reason": (
        MIGRATION + 'accepted_differences:\n  - {records: job, id: "1", field: name, why: ok}\n',
        "accepted_differences.0.why: should have at least 5 characters",
    ),
    "acceptance of a number as id": (
        MIGRATION + "accepted_differences:\n  - {records: job, id: 1, field: name, why: was looked at}\n",
        "accepted_differences.0.id: should be text; put numbers, dates and yes/no in quotes",
    ),
    "unknown key": (
        MIGRATION + "tolerence: {}\n",
        "tolerence: is not a key that exists here (did you mean tolerance, ",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_named_with_its_place(problems, case):
    text, expected = MISTAKES[case]

    found = problems(text)

    key = expected.split(":")[0].split(".")[-1]
    on_line = "- {records" if "accepted" in expected else '"*"' if key == "*" else f"{key}:"
    line = line_of(text, "source:" if "folder" in expected else on_line)
    assert len(found) == 1
    assert found[0].startswith(f"toy-co.yaml:{line}: {expected}"), found


@pytest.mark.parametrize("case", [case for case in MISTAKES if "s3cr-t" in MISTAKES[case][0]])
def test_a_secret_in_the_wrong_place_is_not_repeated(problems, case):
    assert "s3cr-t" not in "\n".join(problems(MISTAKES[case][0]))


def test_all_problems_come_at_once(problems):
    text = MIGRATION.replace("  folder: export\n", "").replace("YMD", "DYM") + "options: {batch_size: 0}\n"

    assert [p.split(": ")[1] for p in problems(text)] == ["source.date_order.*", "options.batch_size"]


def test_a_system_without_a_map_is_named(problems):
    (found,) = problems(MIGRATION.replace("system: toy", "system: tay"))

    assert found == "toy-co.yaml:1: system: there is no map for 'tay' (there are: toy)"


def test_a_migration_that_is_not_there_is_named_with_its_near_match(project):
    project.map(MAP)
    project.migration()

    with pytest.raises(
        ConfigurationError, match=r"migration 'toyco': there is no file toyco\.yaml in .*did you mean toy-co\?"
    ):
        project.load("toyco")


@pytest.mark.parametrize("name", ["acme", "a", "9-lives", "a_b-c", "x" * 63])
def test_names_that_may_be_a_migration(name):
    assert check_migration_id(name) == name


@pytest.mark.parametrize(
    "name", ["", "Acme", "acme co", "-acme", "_acme", "acme/1", "../acme", "acme\n", "acmé", "x" * 64, "a.b"]
)
def test_names_that_may_not_be_a_migration(project, name):
    with pytest.raises(ConfigurationError, match=r"is not a name.*use a-z, 0-9, - and _; start with a letter or digit"):
        project.load(name)


def test_migrations_are_listed_by_their_system(project):
    project.map(MAP)
    project.migration(MIGRATION, "one")
    project.migration(MIGRATION.replace("system: toy", 'system: "toy" # quoted'), "two")
    project.migration(MIGRATION.replace("system: toy", "system: toyota"), "other")
    project.migration(MIGRATION, "Not A Name")
    project.migration("", "broken").write_bytes(b"system: toy\ntitle: \xff\n")

    assert migration_ids(project.settings, "toy") == ["broken", "one", "two"]
    assert migration_ids(project.settings) == ["broken", "one", "other", "two"]


def test_no_folder_means_no_migrations(project):
    project.settings.migrations_dir.rmdir()

    assert migration_ids(project.settings, "toy") == []


# -- changes ----------------------------------------------------------------------------------------------------------


def test_changes_are_merged_by_key(changed):
    system = changed("""\
  title: Toy of Toy Co
  objects: {customer: {columns: {abn: {type: id}}}}
  models:
    partners:
      records:
        customer:
          fields:
            vat: abn
            name: {required: false}
""")

    fields = system.record_sets()["customer"][1].fields
    assert system.title == "Toy of Toy Co"
    assert fields["vat"][0].from_ == ("abn",)
    assert (fields["name"][0].from_, fields["name"][0].required) == (("name",), False)
    assert fields["email"][0].from_ == ("email",), "what is not changed stays"


def test_a_list_replaces_what_was_there(changed):
    system = changed("""\
  models: {partners: {records: {customer: {fields: {is_company: [{value: true}]}}}}}
""")

    (only,) = system.record_sets()["customer"][1].fields["is_company"]
    assert (only.value, only.values) == (True, {})


def test_null_removes(changed):
    system = changed("""\
  models:
    leads: null
    partners: {records: {customer: {match: null, fields: {x_toy_id: null, country_id: {lookup: {missing: empty}}}}}}
  objects: {job: null, task: {migrates: false, reason: not wanted}}
""")

    records = system.record_sets()["customer"][1]
    assert set(system.models) == {"partners"}
    assert "job" not in system.objects
    assert records.match == ()
    assert "x_toy_id" not in records.fields
    assert records.fields["country_id"][0].lookup.missing == "empty"


def test_a_new_field_may_be_an_empty_constant(changed):
    system = changed("""\
  models: {leads: {records: {job: {fields: {user_id: {value: null}}}}}}
""")

    assert system.record_sets()["job"][1].fields["user_id"][0].value is None


def test_changes_do_not_change_the_systems_map_itself(project, changed):
    changed("  title: Other\n")

    assert project.system().title == "Toy"


def test_removing_what_is_not_there_is_a_mistake(problems):
    text = (
        MIGRATION
        + "changes:\n  models:\n    leeds: null\n    partners:\n      records: {customer: {fields: {zzz: null}}}\n"
    )

    assert problems(text) == [
        f"toy-co.yaml:{line_of(text, 'leeds')}: changes.models.leeds: there is nothing here to remove (did you mean leads?)",
        f"toy-co.yaml:{line_of(text, 'zzz')}: changes.models.partners.records.customer.fields.zzz: "
        "there is nothing here to remove",
    ]


def test_a_mistake_of_form_inside_changes_is_named_in_the_migration_file(problems):
    text = f"""{MIGRATION}changes:
  models:
    partners:
      records:
        customer:
          fields:
            is_company: {{trasform: strip}}
"""

    assert problems(text) == [
        f"toy-co.yaml:{line_of(text, 'trasform')}: changes.models.partners.records.customer.fields.is_company.trasform: "
        "is not a key that exists here (did you mean transform, from, also?)"
    ]


def test_a_name_that_does_not_exist_inside_changes_is_named_in_the_migration_file(problems):
    text = f"""{MIGRATION}changes:
  models:
    partners:
      records:
        customer:
          fields:
            vat: abn
"""

    (found,) = problems(text)
    assert found.startswith(
        f"toy-co.yaml:{line_of(text, 'vat')}: changes.models.partners.records.customer.fields.vat.from: "
        "there is no column 'abn'"
    )


def test_what_a_removal_breaks_is_named_at_the_nearest_place_in_the_file(problems):
    text = f"{MIGRATION}changes:\n  models:\n    partners: null\n"

    found = problems(text)

    assert (
        f"toy-co.yaml:{line_of(text, '  models:')}: changes.models.leads.records.job.fields.partner_id.lookup: "
        "there is no record set 'customer' (there are: job)" in found
    )
