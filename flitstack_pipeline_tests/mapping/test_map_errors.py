"""Whatever is wrong with a map is said at once: file, line, key, what is wrong, what would be right."""

import pytest
from support.project import MAP, line_of

from flitstack_pipeline.errors import ConfigurationError


def problems(project, text: str) -> list[str]:
    """All problems of a map, each as a line of text."""
    project.map(text)
    with pytest.raises(ConfigurationError) as error:
        project.system()
    return [str(problem) for problem in error.value.problems]


def changed(old: str, new: str) -> str:
    assert MAP.count(old) == 1, f"{old!r} is {MAP.count(old)} times in the map"
    return MAP.replace(old, new)


RECORDS = "models.partners.records.customer"
JOB = "models.leads.records.job"
FIELDS = f"{RECORDS}.fields"

# what stands in the map, what stands there instead, the line that is named (by a text in it), the rest of the problem
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
        "zzz: is not a key that exists here (there are: models, objects, reader, system, title)",
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
        "objects.job: an object comes from exactly one of files, rows, distinct, explode; this one has none",
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
    # -- names ------------------------------------------------------------------------------------------------------
    "unknown object": (
        "        from: job\n",
        "        from: jobb\n",
        "from: jobb",
        f"{JOB}.from: there is no object 'jobb' (did you mean job?)",
    ),
    "unknown object of a join": (
        "object: customer, on: customer_id",
        "object: custmer, on: customer_id",
        "object: custmer",
        f"{JOB}.joins.owner: there is no object 'custmer' (did you mean customer?)",
    ),
    "unknown object of child rows": (
        "merge: {from: task",
        "merge: {from: tusk",
        "from: tusk",
        f"{JOB}.fields.description.merge.from: there is no object 'tusk' (did you mean task?)",
    ),
    "unknown column": (
        "name: {from: name, required: true}",
        "name: {from: nam, required: true}",
        "from: nam,",
        f"{FIELDS}.name.from: there is no column 'nam' (did you mean name?)",
    ),
    "unknown column of the key": (
        "key: job_id",
        "key: jobid",
        "key: jobid",
        "objects.job.key: there is no column 'jobid' (did you mean job_id, _id?)",
    ),
    "unknown column of a join": (
        "on: customer_id}",
        "on: customer}",
        "on: customer}",
        f"{JOB}.joins.owner.on: there is no column 'customer' (did you mean customer_id, owner.customer_id?)",
    ),
    "unknown joined column": (
        "from: title, transform: strip",
        "from: owner.nmae, transform: strip",
        "owner.nmae",
        f"{JOB}.fields.name.from: there is no column 'owner.nmae' (did you mean owner.name, ",
    ),
    "unknown join": (
        "from: title, transform: strip",
        "from: client.name, transform: strip",
        "client.name",
        f"{JOB}.fields.name.from: there is no column 'client.name' (did you mean owner.name?)",
    ),
    "unknown column in a template": (
        "{number}. {text}",
        "{number}. {txt}",
        "{txt}",
        f"{JOB}.fields.description.merge: there is no column 'txt' (did you mean text?)",
    ),
    "unknown parent column": (
        "parent: job_id",
        "parent: job_no",
        "parent: job_no",
        f"{JOB}.fields.description.merge.parent: there is no column 'job_no' (did you mean job_id?)",
    ),
    "unknown column that a parent column refers to": (
        "parent: job_id",
        "parent: job_id, on: job_no",
        "on: job_no",
        f"{JOB}.fields.description.merge.on: there is no column 'job_no' (did you mean job_id?)",
    ),
    "unknown order": (
        "order_by: number",
        "order_by: nummer",
        "nummer",
        f"{JOB}.fields.description.merge.order_by: there is no column 'nummer' (did you mean number?)",
    ),
    "unknown column in a condition": (
        "email: email",
        "email: {from: email, when: {any: [{knd: Business}]}}",
        "knd",
        f"{FIELDS}.email.when: there is no column 'knd' (did you mean kind?)",
    ),
    "unknown column in a condition of the record set": (
        "        match: [{by: email}]",
        "        where: {emial: {filled: true}}",
        "emial",
        f"{RECORDS}.where: there is no column 'emial' (did you mean email?)",
    ),
    "unknown record set": (
        "lookup: {records: customer}",
        "lookup: {records: custommer}",
        "records: custommer",
        f"{JOB}.fields.partner_id.lookup: there is no record set 'custommer' (did you mean customer?)",
    ),
    "unknown record set as relation": (
        "create: {type: char, label: Toy id}",
        'create: {type: many2one, label: Toy id, relation: "@jobs"}, lookup: {records: customer}',
        "@jobs",
        f"{FIELDS}.x_toy_id.create.relation: there is no record set 'jobs' (did you mean job?)",
    ),
    "unknown transform": (
        "transform: strip",
        "transform: stripp",
        "transform: stripp",
        f"{JOB}.fields.name.transform: transform there is none called 'stripp' (did you mean strip?)",
    ),
    "unknown parameter of a transform": (
        "transform: strip",
        "transform: {truncate: {lenght: 3}}",
        "lenght",
        f"{JOB}.fields.name.transform: truncate ",
    ),
    "transforms that do not fit together": (
        "transform: strip",
        'transform: [{split: {separator: ";"}}, strip]',
        "split",
        f"{JOB}.fields.name.transform: strip takes text, but split gives a list",
    ),
    "unknown action": (
        "        match: [{by: email}]",
        "        actions: [{do: archve}]",
        "archve",
        f"{RECORDS}.actions: there is no action 'archve' (did you mean archive?)",
    ),
    "action of another model": (
        "        match: [{by: email}]",
        "        actions: [{do: post}]",
        "do: post",
        f"{RECORDS}.actions: post is not a step of res.partner (it is one of account.move)",
    ),
    "unknown parameter of an action": (
        "        match: [{by: email}]",
        "        actions: [{do: post, with: {fast: true}}]",
        "fast",
        f"{RECORDS}.actions.with: there is no parameter 'fast'",
    ),
    "unknown field to match by": (
        "match: [{by: email}]",
        "match: [{by: e_mail}]",
        "e_mail",
        f"{RECORDS}.match: there is no mapped field 'e_mail' (did you mean email?)",
    ),
    "unknown field of an owner": (
        "        match: [{by: email}]",
        "        owner: user_id",
        "user_id",
        f"{RECORDS}.owner: there is no mapped field 'user_id'",
    ),
    "review of a joined column": (
        "        joins: {owner",
        "        review: [{column: owner.name, what: empty, say: has no owner}]\n        joins: {owner",
        "what: empty",
        f"{JOB}.review: there is no column 'owner.name'",
    ),
    "unknown model to wait for": (
        "    module: crm\n",
        "    module: crm\n    after: partner\n",
        "after: partner",
        "models.leads.after: there is no model 'partner' (did you mean partners?)",
    ),
    "created field without x_": (
        "x_toy_id: {from: customer_id, create",
        "toy_id: {from: customer_id, create",
        "toy_id: {from",
        f"{FIELDS}.toy_id: toy_id cannot be created (a field that is created begins with x_)",
    ),
    "created fallback without x_": (
        "email: email",
        "email: {from: email, fallback: {field: mail, create: {type: char, label: Mail}}}",
        "fallback",
        f"{FIELDS}.email.fallback: mail cannot be created (a field that is created begins with x_)",
    ),
    "created model without x_": (
        "    model: crm.lead\n",
        "    model: crm.lead\n    create: {label: Leads}\n",
        "create: {label: Leads}",
        "models.leads.create: crm.lead cannot be created (a custom model's name begins with x_)",
    ),
    "selection of a joined column's values": (
        "from: title, transform: strip, default: Job}",
        "from: title}\n          x_kind: {from: owner.kind, create: {type: selection, label: Kind, selection: distinct}}",
        "owner.kind",
        f"{JOB}.fields.x_kind.create: the values of owner.kind cannot be listed (list the `selection` of a joined column)",
    ),
    "duplicates of a joined column": (
        "from: title, transform: strip, default: Job}",
        "from: title}\n          ref: {duplicate_of: {column: owner.email}}",
        "owner.email",
        f"{JOB}.fields.ref.duplicate_of: there is no column 'owner.email'",
    ),
    "unused object": (
        "  gps:\n",
        "  van: {files: vans, key: id, columns: {id: {}}}\n  gps:\n",
        "  van:",
        "objects.van: nothing uses this object (map it, or say `migrates: false` and the `reason:`)",
    ),
    "derived from nowhere": (
        "    files: jobs\n",
        "    distinct: {from: jobs, columns: job_id}\n",
        "  job:",
        "objects.job: there is no object 'jobs' (did you mean job?)",
    ),
    "derived from a column that is not there": (
        "    files: jobs\n",
        "    explode: {from: customer, column: jobs}\n",
        "explode",
        "objects.job.explode: there is no column 'jobs'",
    ),
    "fill down of a column that is not there": (
        "    files: jobs\n",
        "    files: jobs\n    fill_down: custmer_id\n",
        "fill_down",
        "objects.job.fill_down: there is no column 'custmer_id' (did you mean customer_id?)",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_named_with_its_place(project, case):
    old, new, on_line, text = MISTAKES[case]
    wrong = changed(old, new)

    found = problems(project, wrong)

    expected = f"toy.yaml:{line_of(wrong, on_line)}: {text}"
    assert any(line.startswith(expected) for line in found), "\n".join([f"expected {expected}", "found:", *found])


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
        "objects.job.key",
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
