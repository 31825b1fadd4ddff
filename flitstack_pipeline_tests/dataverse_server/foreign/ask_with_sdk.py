"""Runs in an environment of its own: Microsoft's SDK and azure-identity ask the server whose state file is the argument."""

import json
import os
import sys
from pathlib import Path

state = json.loads(Path(sys.argv[1]).read_text())
os.environ["REQUESTS_CA_BUNDLE"] = state["ca"]

from azure.core.exceptions import ClientAuthenticationError  # noqa: E402 - reads the variable above
from azure.identity import ClientSecretCredential  # noqa: E402
from PowerPlatform.Dataverse.client import DataverseClient  # noqa: E402
from PowerPlatform.Dataverse.core.errors import HttpError  # noqa: E402


def credential(secret: str) -> ClientSecretCredential:
    return ClientSecretCredential(
        state["tenant"],
        state["client_id"],
        secret,
        authority=state["authority"],
        disable_instance_discovery=True,
        connection_verify=state["ca"],
    )


def refused() -> str:
    try:
        credential("wrong").get_token(f"{state['url']}/.default")
    except ClientAuthenticationError as error:
        return str(error)
    return ""


def failed(client: DataverseClient, table: str, **options: object) -> dict:
    try:
        client.records.list(table, **options)
    except HttpError as error:
        return {
            "status": error.status_code,
            "code": error.details.get("service_error_code"),
            "retry_after": error.details.get("retry_after"),
            "transient": error.is_transient,
            "message": str(error),
        }
    return {}


FORMATTED = "OData.Community.Display.V1.FormattedValue"
answers: dict = {"wrong_secret": refused()}
with DataverseClient(state["url"], credential(state["client_secret"])) as client:
    pages = client.records.list_pages("account", select=["name", "revenue"], page_size=3, orderby=["name asc"])
    answers["pages"] = [[row["name"] for row in page] for page in pages]
    found = client.records.list(
        "contact",
        filter="contains(fullname,'o''neil') and birthdate eq 1980-02-03",
        select=["fullname", "_parentcustomerid_value"],
        expand=["parentcustomerid_account"],
        include_annotations="*",
    )
    answers["contacts"] = [
        [row["fullname"], row[f"_parentcustomerid_value@{FORMATTED}"], bool(row["parentcustomerid_account"])]
        for row in found
    ]
    one = client.records.retrieve("account", sys.argv[2], select=["name", "statecode"], include_annotations=FORMATTED)
    answers["one"] = [one["name"], one[f"statecode@{FORMATTED}"]]
    answers["none"] = client.records.retrieve("account", "0000000a-0000-4000-8000-0000000000ff")
    answers["table"] = client.tables.get("new_Inspection").to_dict()
    answers["custom"] = [t["LogicalName"] for t in client.tables.list(filter="IsCustomEntity eq true")]
    answers["columns"] = {c["name"]: c["type"] for c in client.query.sql_columns("account", include_system=True)}
    answers["wrong_column"] = failed(client, "account", select=["nmae"])
    answers["throttled"] = failed(client, "account", filter="name eq 'throttle me'")
    batch = client.batch.new()
    batch.records.list("account", select=["name"], filter="numberofemployees le 200")
    batch.tables.get("team")
    answers["batch"] = [reply.status_code for reply in batch.execute().responses]
print(json.dumps(answers, default=str))
