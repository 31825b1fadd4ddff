"""Whatever is wrong with a map is said at once: file, line, key, what is wrong, what would be right."""

import pytest
from support.mistakes import FIELDS, JOB, RECORDS, changed, check_mistake, problems
from support.project import MAP, line_of

from flitstack_pipeline.errors import ConfigurationError

MISTAKES = {
    "unknown key, near match": (
        "email: email",
        "email: {form: email, from: email}",
        "form: email",
        f"{FIELDS}.email.form: is not a key that exists here (did you mean from, transform?)",
    ),
    "unknown key, on its own line of several": (
        "        match: [{by: email}]",
        "        match: [{by: email}]\n        joints: {}",
        "joints",
        f"{RECORDS}.joints: is not a key that exists here (did you mean joins?)",
    ),
    "unknown key, nothing near": (
        "reader: exports",
        "reader: exports\nzzz: 1",
        "zzz: 1",
        "zzz: is not a key that exists here (there are: choices, models, objects, reader, system, title)",
    ),
    "unknown key in an item of a list": (
        "match: [{by: email}]",
        "match: [{by: email, domian: []}]",
        "domian",
        f"{RECORDS}.match.0.domian: is not a key that exists here (did you mean domain?)",
    ),
    "unknown key of a column whose name is a key of columns": (
        "name: {}\n      kind: {}",
        "name: {}\n      type: {tpye: id}\n      kind: {}",
        "tpye",
        "objects.customer.columns.type.tpye: is not a key that exists here (did you mean type?)",
    ),
    "unknown test of a condition": (
        "email: email",
        "email: {from: email, when: {kind: {fillled: true}}}",
        "fillled",
        f"{FIELDS}.email.when.kind.fillled: is not a key that exists here (did you mean filled?)",
    ),
    "missing key": ("title: Toy\n", "", "system: toy", "title: is missing"),
    "missing key of a record set": (
        "        from: job\n",
        "",
        "      job:",
        "models.leads.records.job.from: is missing",
    ),
    "wrong type": (
        "    key: [job_id, number]\n    optional: true\n",
        "    key: [job_id, number]\n    optional: perhaps\n",
        "optional: perhaps",
        "objects.task.optional: should be a valid boolean, unable to interpret input",
    ),
    "text where keys belong": (
        "joins: {owner: {object: customer, on: customer_id}}",
        "joins: customer",
        "joins: customer",
        f"{JOB}.joins: should hold keys, each with its value",
    ),
    "number where text belongs": (
        "files: jobs",
        "files: [1]",
        "files: [1]",
        "objects.job.files.0: should be text; put numbers, dates and yes/no in quotes",
    ),
    "a word that is not on the list": (
        "credit: {type: decimal}",
        "credit: {type: money}",
        "type: money",
        "objects.customer.columns.credit.type: should be 'id', 'text', 'integer', 'decimal', 'boolean', 'date', "
        "'datetime' or 'json'",
    ),
    "bad name": (
        "  gps:\n",
        "  GPS:\n",
        "  GPS:",
        "objects.GPS: should match pattern '^[a-z][a-z0-9_]*$'",
    ),
    "two value places": (
        "email: email",
        'email: {from: email, template: "{email}"}',
        "template: ",
        f"{FIELDS}.email: a field takes its value from exactly one of from, value, template, xmlid, lines, bundle, merge, "
        "collect, duplicate_of; this one has from, template",
    ),
    "no value place": (
        "email: email",
        "email: {default: x}",
        "default: x",
        f"{FIELDS}.email: a field takes its value from exactly one of from, value, template, xmlid, lines, bundle, merge, "
        "collect, duplicate_of; this one has none",
    ),
    "several columns for one value": (
        "email: email",
        "email: {from: [name, email]}",
        "[name, email]",
        f"{FIELDS}.email: several columns need a transform that makes one value of them, such as join_words, or a lookup",
    ),
    "condition that is none": (
        "email: email",
        "email: {from: email, when: kind}",
        "when: kind",
        f"{FIELDS}.email.when: should hold keys, each with its value",
    ),
    "lookup without a place": (
        "lookup: {model: res.country, by: code}",
        "lookup: {by: code}",
        "lookup: {by: code}",
        f"{FIELDS}.country_id.lookup: a lookup names either `records` (of this migration) or `model` (of Odoo)",
    ),
    "lookup without a field": (
        "lookup: {model: res.country, by: code}",
        "lookup: {model: res.country}",
        "model: res.country",
        f"{FIELDS}.country_id.lookup: a lookup in a model names the field(s) it compares: `by:`",
    ),
    "object from nowhere": (
        "    files: jobs\n",
        "",
        "  job:",
        "objects.job: an object comes from exactly one of files, entity, metadata, rows, distinct, explode; this one has none",
    ),
    "object that stays behind without a reason": (
        "    reason: nobody needs it\n",
        "",
        "  gps:",
        "objects.gps: an object that does not migrate says why: add `reason:`",
    ),
    "selection without values": (
        "create: {type: char, label: Toy id}",
        "create: {type: selection, label: Toy id}",
        "x_toy_id",
        f"{FIELDS}.x_toy_id.create: a selection field lists its `selection`, or says `selection: distinct`",
    ),
    "many2one without relation": (
        "create: {type: char, label: Toy id}",
        "create: {type: many2one, label: Toy id}",
        "x_toy_id",
        f"{FIELDS}.x_toy_id.create: a many2one field names its `relation`",
    ),
    "separator of several columns": (
        "    files: jobs\n",
        "    distinct: {from: customer, columns: [kind, name], separator: ;}\n",
        "distinct: ",
        "objects.job.distinct: `separator` parts the values of exactly one column",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_named_with_its_place(project, case):
    check_mistake(project, MISTAKES[case])


def test_the_map_without_a_mistake_loads(project):
    project.map(MAP)

    assert set(project.system().models) == {"partners", "leads"}


def test_all_problems_come_at_once_in_the_order_of_the_file(project):
    wrong = MAP.replace("key: job_id", "key: jobid").replace("from: nam", "from: nme").replace("strip", "stripp")

    found = problems(project, wrong)

    assert [line.split(": ")[1] for line in found] == [
        "objects.job.key",
        f"{FIELDS}.name.from",
        f"{JOB}.fields.name.transform",
    ]


def test_all_problems_of_the_form_come_at_once(project):
    wrong = MAP.replace("title: Toy\n", "").replace("key: job_id", "kee: job_id").replace("type: date", "type: day")

    found = problems(project, wrong)

    assert [line.split(": ")[1] for line in found] == [
        "title",
        "objects.customer.columns.joined.type",
        "objects.job.kee",
    ]


def test_record_sets_of_one_name_are_refused_wherever_they_are(project):
    wrong = MAP.replace("      job:\n        from: job", "      customer:\n        from: job")

    found = problems(project, wrong)

    second = len(wrong.splitlines()) - next(
        n for n, line in enumerate(reversed(wrong.splitlines())) if line == "      customer:"
    )
    assert (
        f"toy.yaml:{second}: models.leads.records.customer: there is a record set 'customer' in partners already "
        "(give it another name)" in found
    )


def test_models_that_refer_to_each_other_in_a_circle_are_refused(project):
    wrong = changed("    module: contacts\n", "    module: contacts\n    after: leads\n")

    (found,) = problems(project, wrong)

    assert "models refer to each other in a circle: " in found
    assert "partners" in found
    assert "leads" in found
    assert "(drop one reference)" in found


def test_a_record_set_may_refer_to_itself(project):
    project.map(
        changed("email: email", "email: email\n          parent_id: {from: parent, lookup: {records: customer}}")
    )

    assert project.system()


def test_objects_that_are_derived_from_each_other_are_refused(project):
    text = changed("    files: jobs\n", "    explode: {from: work, column: job_id}\n")
    wrong = text.replace("  gps:\n", "  work: {explode: {from: job, column: job_id}, key: job_id}\n  gps:\n")

    found = problems(project, wrong)

    assert f"toy.yaml:{line_of(wrong, '  job:')}: objects.job: is derived from itself: job → work → job " in found[0]


def test_a_file_is_called_after_its_system(project):
    found = problems(project, MAP.replace("system: toy", "system: toys"))

    assert found == ["toy.yaml:1: system: is 'toys' (name it 'toy', as the file)"]


def test_a_syntax_error_has_its_line(project):
    found = problems(project, "system: toy\ntitle: [Toy\nreader: exports\n")

    assert len(found) == 1
    assert found[0].startswith("toy.yaml:3: is not valid YAML: ")


def test_a_key_that_stands_twice_is_refused(project):
    found = problems(project, MAP.replace("title: Toy\n", "title: Toy\ntitle: Tay\n"))

    assert len(found) == 1
    assert found[0].startswith("toy.yaml:3: is not valid YAML: ")
    assert "title" in found[0]


@pytest.mark.parametrize("content", [b"system: t\xe4y\n", b"system: t\x00y\n"], ids=["not UTF-8", "control character"])
def test_a_file_that_is_no_text_is_refused(project, content):
    project.map("").write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"(?s)toy\.yaml: cannot be read: .*save it as plain text in UTF-8"):
        project.system()


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words\n"], ids=["empty", "list", "words"])
def test_a_file_without_keys_is_refused(project, text):
    assert problems(project, text) == ["toy.yaml: holds no keys (see docs/mapping.md for what a file looks like)"]


def test_a_file_that_is_not_there_is_named(project):
    with pytest.raises(ConfigurationError, match=r"toy\.yaml: there is no such file"):
        project.system()


def test_custom_fields_know_what_their_types_need(project):
    custom = (
        "        custom_fields: {from: job, name: title, label: title, type: status, column: title, types: {list: TYPE}}\n"
        "        match: [{by: email}]"
    )

    (many,) = problems(project, changed("        match: [{by: email}]", custom.replace("TYPE", "many2many")))
    (one,) = problems(project, changed("        match: [{by: email}]", custom.replace("TYPE", "many2one")))

    assert f"{RECORDS}.custom_fields: many2many fields need `option_records:`" in many
    assert f"{RECORDS}.custom_fields: a custom field cannot become a many2one field" in one


def test_custom_fields_name_columns_and_objects_that_exist(project):
    custom = (
        "        custom_fields: {from: job, name: titel, label: title, type: status, column: title, where: {knd: x},\n"
        "          types: {list: many2many}, option_records: opts}\n"
        "        match: [{by: email}]"
    )

    found = problems(project, changed("        match: [{by: email}]", custom))
    nowhere = problems(project, changed("        match: [{by: email}]", custom.replace("from: job,", "from: jbo,")))

    assert [line.split(": ", 1)[1] for line in found] == [
        f"{RECORDS}.custom_fields: there is no column 'titel' (did you mean title?)",
        f"{RECORDS}.custom_fields.where: there is no column 'knd' "
        "(there are: _file, _id, _row, customer_id, job_id, status, title)",
        f"{RECORDS}.custom_fields.option_records: there is no record set 'opts' (there are: customer, job)",
    ]
    assert f"{RECORDS}.custom_fields.from: there is no object 'jbo' (did you mean job?)" in nowhere[0]
