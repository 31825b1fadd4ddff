"""`$filter` and `$orderby`."""

from typing import Any

import pytest
from support.dataverse_server.toy import USER, account

FOUND = [
    ("name eq 'account 3'", [3]),
    ("name eq 'Account 3' or name eq 'Account 4'", [3, 4]),
    ("not contains(name,'1') and numberofemployees lt 400", [2, 3]),
    ("startswith(name,'acc') and endswith(name,'7')", [7]),
    (f"accountid eq {account(5)}", [5]),
    (f"_ownerid_value eq {USER} and numberofemployees ge 600", [6, 7]),
    ("_ownerid_value ne " + USER, [5]),
    ("_parentaccountid_value eq null", [1, 2, 3, 4, 5, 6, 7]),
    ("_parentaccountid_value ne null", []),
    ("revenue gt 6000.50", [7]),
    ("revenue ge 6000.5 and revenue lt 7000.5", [6]),
    ("new_discount eq 2.125", [2]),
    ("creditonhold eq true", [2, 4, 6]),
    ("createdon ge 2023-04-07T21:59:01Z", [1, 2, 3, 4, 5, 6, 7]),
    ("createdon gt 2023-04-07T21:59:01Z", []),
    ("createdon ge 2023-04-08T00:59:01%2B03:00 and numberofemployees eq 100", [1]),
    ("Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=['Account 1','Account 7'])", [1, 7]),
    (f"Microsoft.Dynamics.CRM.In(PropertyName='accountid',PropertyValues=['{account(4)}'])", [4]),
    ("Microsoft.Dynamics.CRM.In(PropertyName='numberofemployees',PropertyValues=['100','300'])", [1, 3]),
    ("Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)&@p1='name'&@p2=[\"Account 6\"]", [6]),
    ("Microsoft.Dynamics.CRM.ContainValues(PropertyName='new_skills',PropertyValues=['3'])", [1, 2, 3, 4, 5, 6, 7]),
    ("name eq @name&@name='Account 2'", [2]),
    ("(numberofemployees eq 100 or numberofemployees eq 200) and industrycode eq 1", [2]),
]


@pytest.mark.parametrize(("text", "numbers"), FOUND)
def test_filters(reader: Any, text: str, numbers: list[int]) -> None:
    rows = reader.get(f"accounts?$select=name&$filter={text}").json()["value"]
    assert [row["accountid"] for row in rows] == [account(n) for n in numbers]


def test_quotes_are_doubled(reader: Any) -> None:
    assert len(reader.get("contacts?$filter=fullname eq 'zoë o''neil 2'").json()["value"]) == 1


REFUSED = [
    "nmae eq 'x'",
    "ownerid eq " + USER,
    "name EQ 'x'",
    "name eq",
    "name eq 'x",
    "name eq 5",
    "numberofemployees eq '5'",
    "createdon gt 2023-04-07T21:59:01",
    "name in ('a','b')",
    "Microsoft.Dynamics.CRM.Nothing(PropertyName='name')",
    "Microsoft.Dynamics.CRM.In(PropertyName='nmae',PropertyValues=['x'])",
    "substringof('x',name)",
    "'x'",
    "",
]


@pytest.mark.parametrize("text", REFUSED)
def test_filters_that_are_refused(reader: Any, text: str) -> None:
    status, _, message = reader.error(f"accounts?$select=name&$filter={text}")
    assert status == 400
    assert message


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("revenue desc", [7, 6, 5, 4, 3, 2, 1]),
        ("industrycode,accountid desc", [6, 4, 2, 7, 5, 3, 1]),
        ("_ownerid_value desc,name", [5, 1, 2, 3, 4, 6, 7]),
        ("new_region asc", [1, 2, 3, 4, 5, 6, 7]),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 5000])
def test_orders_over_pages(reader: Any, text: str, numbers: list[int], size: int) -> None:
    rows = reader.rows(f"accounts?$select=name&$orderby={text}", f"odata.maxpagesize={size}")
    assert [row["accountid"] for row in rows] == [account(n) for n in numbers]


def test_orders_that_are_refused(reader: Any) -> None:
    for text in ("nmae", "name down", "ownerid", "name desc asc"):
        assert reader.get(f"accounts?$orderby={text}").status_code == 400
