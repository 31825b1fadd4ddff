"""Tokens of the fake authority, and what the fake org does without a good one."""

from typing import Any

import pytest

REFUSED = [
    ({"client_secret": "wrong"}, 401, "invalid_client", "AADSTS7000215"),
    ({"client_secret": None}, 401, "invalid_client", "AADSTS7000215"),
    ({"client_id": "00000000-0000-0000-0000-000000000000"}, 400, "unauthorized_client", "AADSTS700016"),
    ({"grant_type": "password"}, 400, "unsupported_grant_type", "AADSTS70003"),
    ({"scope": None}, 400, "invalid_request", "AADSTS900144"),
    ({"scope": "https://other.example.org/.default"}, 400, "invalid_resource", "AADSTS500011"),
    ({"tenant": "00000000-0000-0000-0000-000000000000"}, 400, "invalid_request", "AADSTS90002"),
]


def test_a_token_is_given_for_the_form_of_the_client_credentials_flow(org: Any) -> None:
    reply = org.token_request()
    assert reply.status_code == 200
    assert reply.json() | {"access_token": ""} == {
        "token_type": "Bearer",
        "expires_in": 3599,
        "ext_expires_in": 3599,
        "access_token": "",
    }


@pytest.mark.parametrize(("changes", "status", "error", "text"), REFUSED)
def test_token_requests_that_are_refused(org: Any, changes: dict[str, Any], status: int, error: str, text: str) -> None:
    reply = org.token_request(**changes)
    assert (reply.status_code, reply.json()["error"]) == (status, error)
    assert reply.json()["error_description"].startswith(text)


def test_a_scope_without_default_and_a_json_body_are_refused(org: Any) -> None:
    assert org.token_request(scope=f"{org.server.url}/user_impersonation").json()["error"] == "invalid_scope"
    url = f"{org.server.url}/{org.server.identity.tenant}/oauth2/v2.0/token"
    assert org.http.post(url, json={"grant_type": "client_credentials"}).status_code == 400


def test_the_openid_configuration_names_the_token_endpoint(org: Any) -> None:
    tenant = org.server.identity.tenant
    document = org.http.get(f"{org.server.url}/{tenant}/v2.0/.well-known/openid-configuration").json()
    assert document["token_endpoint"] == f"{org.server.url}/{tenant}/oauth2/v2.0/token"


def test_who_am_i_with_a_good_token(org: Any) -> None:
    info = org.server.database.info
    shown = org.get("WhoAmI").json()
    assert (shown["UserId"], shown["OrganizationId"], shown["BusinessUnitId"]) == (
        info.user_id,
        info.organization_id,
        info.business_unit_id,
    )


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic nonsense"])
def test_without_a_good_token_there_is_nothing(org: Any, header: str) -> None:
    reply = org.get("accounts", Authorization=header)
    assert reply.status_code == 401
    assert "authorization_uri=" in reply.headers["WWW-Authenticate"]


def test_a_token_for_another_audience_is_refused(org: Any) -> None:
    token = org.token_request(scope="https://graph.microsoft.com/.default").json()["access_token"]
    reply = org.get("WhoAmI", Authorization=f"Bearer {token}")
    assert reply.status_code == 401
    assert "audience" in reply.json()["error"]["message"]


def test_tokens_end_when_told_and_by_themselves(org: Any) -> None:
    org.control.expire_tokens()
    assert org.error("WhoAmI")[2].startswith("ExpiredAuthTicket")
    org.control.switch(token_seconds=0)
    org.log_in()
    assert org.get("WhoAmI").status_code == 401
    org.control.switch(token_seconds=60)
    org.log_in()
    assert org.get("WhoAmI").status_code == 200


def test_an_application_without_a_user_gets_a_token_and_no_answer(org: Any) -> None:
    org.control.switch(application_user=False)
    assert org.token_request().status_code == 200
    status, code, message = org.error("WhoAmI")
    assert (status, code) == (403, "0x80072560")
    assert "not a member of the organization" in message


def test_a_table_that_may_not_be_read(org: Any) -> None:
    org.control.switch(denied=["annotation"])
    status, code, message = org.error("annotations")
    assert (status, code) == (403, "0x80040220")
    assert "missing prvReadAnnotation privilege" in message
    assert org.get("accounts").status_code == 200


def test_nothing_can_be_written(org: Any) -> None:
    reply = org.post("accounts", {"name": "New"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "0x80040220")
    assert org.post("nothing", {}).status_code == 404
