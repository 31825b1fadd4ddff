"""Names that do not exist, and things that do not go together, are found when a map is read."""

import pytest
from support.mistakes import FIELDS, JOB, RECORDS, check_mistake

MISTAKES = {
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
    check_mistake(project, MISTAKES[case])
