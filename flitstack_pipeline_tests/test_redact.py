"""Secrets stay out of what people read, and the rest of the text stays as it was."""

import io
import logging
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flitstack_pipeline.redact import MASK, RedactingFilter, Redactor, guard_handlers, redact

# Composed at run time, so that no scanner of this repository takes them for real ones.
JWT = "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxIn0" + ".c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Bearer abcdef123456", "Authorization: Bearer ***"),
        ("{'authorization': 'bearer abcdef123456'}", "{'authorization': 'bearer ***'}"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic ***"),
        ("Authorization: raw-token-1", "Authorization: ***"),
        ("postgresql://flit:s3cret@db:5432/ledger", "postgresql://flit:***@db:5432/ledger"),
        ("postgresql://flit:p@ss@db/ledger", "postgresql://flit:***@db/ledger"),
        ("redis://:s3cret@db", "redis://:***@db"),
        ("GET /web?api_key=abc&db=acme", "GET /web?api_key=***&db=acme"),
        ("host=db password=s3cret dbname=x", "host=db password=*** dbname=x"),
        ('{"password": "hunter two", "login": "bot"}', '{"password": "***", "login": "bot"}'),
        ("{'api_key': 'abc', 'x': 1}", "{'api_key': '***', 'x': 1}"),
        (r'{"client_secret": "a\"b", "x": 1}', '{"client_secret": "***", "x": 1}'),
        ("connect(login='bot', password='x y')", "connect(login='bot', password='***')"),
        ("X-Api-Key: 0a1b2c3d", "X-Api-Key: ***"),
        ("access_token=abc.def", "access_token=***"),
        ("ACME_API_KEY=abc123", "ACME_API_KEY=***"),
        (f"rejected {JWT} (expired)", "rejected *** (expired)"),
        ("key sk-" + "a1b2" * 6 + " is invalid", "key *** is invalid"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text, expected):
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "password: wrong, try again",
        "The API key: missing",
        "api_key_env: ACME_ODOO_KEY",
        "http://localhost:8069/web by x@example.com",
        "mailto:jane@example.com",
        "plan 3f786850e387550fdab836ed7e6dc881de23001b",
        "the bearer of bad news",
        "token bucket: 100 calls",
        "customer 1042: city = Sydney",
        "secretary: Jane Doe, phone 555-1234",
    ],
)
def test_ordinary_text_stays_as_it_was(text):
    assert redact(text) == text


def test_a_registered_secret_is_masked_in_every_usual_encoding():
    redactor = Redactor()
    secret = 'pä ss/"w0rd'
    redactor.register(secret)
    for form in (
        secret,
        "p%C3%A4%20ss%2F%22w0rd",
        "p%C3%A4%20ss/%22w0rd",
        "p%C3%A4+ss%2F%22w0rd",
        r"p\u00e4 ss/\"w0rd",
        r"pä ss/\"w0rd",
        "cMOkIHNzLyJ3MHJk",
    ):
        assert redactor.redact(f"<{form}>") == f"<{MASK}>", form


def test_a_secret_that_contains_another_is_masked_whole():
    redactor = Redactor()
    redactor.register("swordfish")
    redactor.register("swordfish-and-chips")
    assert redactor.redact("ate swordfish-and-chips, not swordfish") == "ate ***, not ***"


def test_a_short_secret_is_masked_as_a_word_only():
    redactor = Redactor()
    redactor.register("admin")
    assert redactor.redact("admin/administrator") == "***/administrator"


def test_nothing_and_values_too_short_to_tell_from_text_are_not_registered():
    redactor = Redactor()
    redactor.register(None, "", "abc")
    assert redactor.redact("abc of None") == "abc of None"


def test_a_secret_of_broken_bytes_can_be_registered():
    redactor = Redactor()
    redactor.register("caf\udce9-latin1")
    assert redactor.redact("<caf\udce9-latin1>") == f"<{MASK}>"


@given(st.text(max_size=60))
def test_redacting_twice_changes_nothing_more(text):
    for probe in (text, f"password={text}", f"'token': '{text}'", f"http://a:{text}@b"):
        once = redact(probe)
        assert redact(once) == once


@given(st.text(min_size=8, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_no_text_around_it_lets_a_long_registered_secret_through(secret, before, after):
    redactor = Redactor()
    redactor.register(secret)
    # What surrounds the mask may by itself spell the secret again only if the secret is made of mask signs.
    if MASK[0] not in secret:
        assert secret not in redactor.redact(f"{before}{secret}{after}")


def test_structures_are_redacted_deeply_and_by_key():
    redactor = Redactor()
    redactor.register("swordfish")
    given_value = {
        "password": "p",
        "odoo_api_key": "k",
        "api_key_env": "ACME_ODOO_KEY",
        "token": None,
        "steps": [("swordfish", 1), {"note": "Bearer abcdefgh1"}],
        "count": 3,
    }
    assert redactor.redact_values(given_value) == {
        "password": MASK,
        "odoo_api_key": MASK,
        "api_key_env": "ACME_ODOO_KEY",
        "token": None,
        "steps": [(MASK, 1), {"note": "Bearer ***"}],
        "count": 3,
    }
    assert given_value["password"] == "p"


@pytest.fixture
def logged():
    """A logger with a guarded handler, and what it writes."""
    redactor = Redactor()
    redactor.register("swordfish")
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(RedactingFilter(redactor))
    logger = logging.Logger("redaction")
    logger.addHandler(handler)
    return logger, written


def test_the_filter_masks_message_arguments_and_structures(logged):
    logger, written = logged
    logger.warning("login %s with %s, 100%%", "bot", {"key": "swordfish"})
    assert written.getvalue() == "login bot with {'key': '***'}, 100%\n"


def test_the_filter_masks_tracebacks_and_stacks(logged):
    logger, written = logged
    try:
        raise RuntimeError("server said swordfish")
    except RuntimeError:
        logger.exception("failed", stack_info=True)
    assert "RuntimeError: server said ***" in written.getvalue()
    assert "swordfish" not in written.getvalue()


def test_handlers_are_guarded_once():
    logger = logging.Logger("guarded")
    logger.addHandler(logging.NullHandler())
    guard_handlers(logger)
    guard_handlers(logger)
    assert [type(found) for found in logger.handlers[0].filters] == [RedactingFilter]


def test_registering_from_several_threads_loses_none():
    redactor = Redactor()
    secrets = [f"secret-number-{number:03d}" for number in range(40)]
    threads = [threading.Thread(target=redactor.register, args=(secret,)) for secret in secrets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(redactor.redact(" ".join(secrets)).split()) == {MASK}
