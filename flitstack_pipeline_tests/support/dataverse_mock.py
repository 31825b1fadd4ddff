"""An organization of one table, made of Python values: for what the strict fake has no need to be able to do."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

URL = "https://acme.crm4.dynamics.com"
API = f"{URL}/api/data/v9.2"


def one_table(
    types: Mapping[str, str], page: Callable[[int], tuple[Sequence[Mapping[str, Any]], bool]], **entity: Any
) -> httpx.MockTransport:
    """Serve `account` with columns of these types. `page(n)`: the rows of page n, and whether there are more."""
    told = {
        "LogicalName": "account",
        "EntitySetName": "accounts",
        "PrimaryIdAttribute": "accountid",
        "ChangeTrackingEnabled": False,
        **entity,
    }

    def handle(request: httpx.Request) -> httpx.Response:
        path = request.url.path.rpartition("/")[2]
        if path == "token":
            return httpx.Response(200, json={"access_token": "token-of-the-test", "expires_in": 3599})
        if path == "organizations":
            return httpx.Response(200, json={"value": [{"languagecode": 1033}]})
        if path == "EntityDefinitions":
            return httpx.Response(200, json={"value": [told]})
        if path == "Attributes":
            columns = {"accountid": "Uniqueidentifier", "versionnumber": "BigInt", **types}
            found = [{"LogicalName": n, "AttributeTypeName": {"Value": f"{t}Type"}} for n, t in columns.items()]
            return httpx.Response(200, json={"value": found})
        if path == "accounts":
            number = int(request.url.params.get("$skiptoken", "0"))
            rows, more = page(number)
            link = {"@odata.nextLink": f"{API}/accounts?$skiptoken={number + 1}"} if more else {}
            # ASCII, so that a half character can be sent as Dataverse sends it.
            return httpx.Response(200, content=json.dumps({"value": list(rows), **link}))
        return httpx.Response(404, json={"error": {"code": "0x8006088a", "message": f"no {path}"}})

    return httpx.MockTransport(handle)
