"""The example's page, with the numbers of what was made."""

from harbourside.world import World

_TEXT = """\
# Example organization: Harbourside Physiotherapy (Function 365)

A made-up British group of physiotherapy clinics on Dynamics 365, as its Dataverse would give it: {total:,} rows in {tables} tables,
with {files} files. All people are invented; e-mail addresses are of `.example` domains and `example.com`, telephone numbers are
from the ranges kept for fiction, NHS numbers are made up. Times are UTC, as Dataverse keeps them; the business is in London.

`generate.py` writes everything here from one fixed seed, this page too:

    python examples/function_365/generate.py        # the same bytes every time

| file | what it shows |
|---|---|
| `org/` | the organization: its tables' definitions, rows, and files |
| `planted.json` | every row that does not come through plainly, and what is expected of it |
| `harbourside/` | the generator's parts |

## Rows

| table | rows |
| --- | --- |
{rows}

## What is in it

- Four business units and a closed one; eight people, one who has left, a desk without an address, two logins that are no people.
- Opportunities that are open, won and lost, in pounds and euros, owned by people and by a team. They went through three processes,
  one of which is no longer in use; some went back a step or skipped one, so only the majority tells the order of the stages.
- Leads: some became opportunities, some belong to companies that are accounts in other letters, some to companies that are not.
- Connections from either end, each kept twice as Dataverse does; one pair is connected twice, in two roles.
- Two tables of its own, clinics and treatment plans, which refer to accounts, contacts, opportunities and each other; columns of
  its own on contacts, accounts and opportunities, among them NHS numbers with and without spaces and times of consent.

## planted.json

`object` is the object of the map, `source_id` the row's id. `kind` is *planted* for the problem itself and *follows* for a row that
is held only because what it refers to stays behind; the other kinds are rows that arrive in a way worth checking.
`expected_outcome`: **quarantined**, **held**, **excluded**, **skipped**, **created** as in the reports; **flagged** migrates, and a
person should look; **kept as text** is in a text on the record alone.
"""


def readme(world: World) -> str:
    rows = "\n".join(f"| `{name}` | {len(rows)} |" for name, rows in sorted(world.rows.items()))
    total = sum(len(rows) for rows in world.rows.values())
    return _TEXT.format(total=total, tables=len(world.rows), files=len(world.files), rows=rows)
