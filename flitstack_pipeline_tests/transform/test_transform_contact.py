"""E-mail, phones, web addresses, names, countries, states, currencies, languages."""

import pytest

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.registry import resolve


@pytest.mark.parametrize(
    ("spec", "value", "expected"),
    [
        ("email", "O'Brien+jobs@Mail.Example.COM", "O'Brien+jobs@mail.example.com"),
        ("email", "jane@corp.LOCAL", "jane@corp.local"),
        ("email", "jane@example.test", "jane@example.test"),
        ("email", "jane@exämple.com", "jane@exämple.com"),
        ({"email": "first"}, "a@example.com / b@example.com", "a@example.com"),
        ("emails", "a@example.com", ["a@example.com"]),
        ("email_key", "A@example.com; b@example.com", "a@example.com"),
        ("email_key", "STRASSE@EXAMPLE.COM", "strasse@example.com"),
        ("email_key", "not one @ all", "not one @ all"),
        ("url", "example.com:8080/a?b=c#d", "https://example.com:8080/a?b=c#d"),
        ("url", "//example.com", "https://example.com"),
        ("url", "HTTPS://Example.com", "HTTPS://Example.com"),
        ("url", "http://localhost:8069", "http://localhost:8069"),
        ("name_parts", "Mrs Maria de la Cruz", {"title": "Mrs", "first": "Maria", "last": "de la Cruz"}),
        ("name_parts", "van Dyk", {"title": "", "first": "van", "last": "Dyk"}),
        ("name_parts", "Miss", {"title": "", "first": "Miss", "last": ""}),
        ("country_code", "the Netherlands", "NL"),
        ("country_code", "Côte d'Ivoire", "CI"),
        ("country_code", "Viet Nam", "VN"),
        ("country_code", "Korea, Republic of", "KR"),
        ("country_code", "nzl", "NZ"),
        ("country_code", "England", "GB"),
        ({"state_code": "AU"}, "N.S.W.", None),
        ({"state_code": {"country": "IN"}}, "Orissa", "OD"),
        ({"state_code": {"country": "IN"}}, "Telangana", "TS"),
        ({"state_code": {"country": "US"}}, "D.C.", None),
        ({"state_code": {"country": "AU"}}, "AU-VIC", "VIC"),
        ({"state_code": {"country": "AU"}}, ["California", "USA"], "CA"),
        ({"state_code": {"country": "AU"}}, ["Tasmania", None], "TAS"),
        ({"state_code": {"country": "AU"}}, [None, "USA"], None),
        ({"state_code": {"country": "AU", "otherwise": "keep"}}, "Bavaria", "Bavaria"),
        ("currency_code", "A$", "AUD"),
        ("currency_code", "australian dollar", "AUD"),
        ("language_code", "en_AU.UTF-8", "en_AU"),
        ("language_code", "sr-Latn", "sr@latin"),
        ("language_code", "French", "fr"),
        ("language_code", "pt-br", "pt_BR"),
    ],
)
def test_values(spec: object, value: object, expected: object) -> None:
    if expected is None and isinstance(value, str):
        with pytest.raises(RecordError, match="is no state"):
            resolve(spec)(value)
    else:
        assert resolve(spec)(value) == expected


@pytest.mark.parametrize(
    ("spec", "value", "words"),
    [
        ("email", "Jane <jane@example.com>", "is not an e-mail address"),
        ("email", "a b@corp.local", "is not an e-mail address"),
        ("email", "jane@localhost", "is not an e-mail address"),
        ("emails", "a@example.com; none", "is not an e-mail address"),
        ("url", "ftp://example.com", "is not a web address"),
        ("url", "see example.com", "is not a web address"),
        ("url", "https://", "is not a web address"),
        ("url", "http://[::1", "is not a web address"),
        ("url", "example.com:99999", "is not a web address"),
        ("country_code", "Oz", "is no country"),
        ({"state_code": "AU"}, [1, 2], "takes a state and a country"),
        ({"state_code": "AU"}, ["NSW", "Oz"], "is no country"),
        ({"state_code": "BD"}, "Dhaka", "could be 13 or C"),
        ("currency_code", "Euros and more", "is no currency"),
        ("language_code", "en-XX", "is no language"),
    ],
)
def test_refusals(spec: object, value: object, words: str) -> None:
    with pytest.raises(RecordError, match=words):
        resolve(spec)(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0412345678", "+61 412 345 678"),
        ("412345678", "+61 412 345 678"),  # a spreadsheet has eaten the zero
        ("+61 (0)412 345 678", "+61 412 345 678"),
        ("0061 412 345 678", "0061 412 345 678"),  # from Australia one dials 0011
        ("0011 61 412 345 678", "+61 412 345 678"),
        ("tel:+61412345678", "+61 412 345 678"),
        ("+44 20 7946 0958", "+44 20 7946 0958"),
        ("02 9374 4000 ext. 12", "+61 2 9374 4000 ext. 12"),
        ("1300 975 707", "+61 1300 975 707"),
        ("13 11 14", "+61 131114"),
        ("+39 06 698 82424", "+39 06 6988 2424"),  # Italy's zero belongs to the number
    ],
)
def test_phone_numbers(text: str, expected: str) -> None:
    assert resolve({"phone": "AU"})(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "0412 345 678 / 0412 345 679",
        "0412 345 678 or 9374 4000",
        "0412 345 678 Jane",
        "Jane: 0412 345 678",
        "1300 CLEAN1",
        "(02) 9374 4000 ext 12 ext 13",
        "4.12346E+08",
        "  0412  ",
        "n/a",
        "0412 345 678 12",
        "02 9374 4000/x02 9374 4001",
        "0412345678/x 12",
    ],
)
def test_what_is_not_one_number_stays_as_it_is(text: str) -> None:
    assert resolve({"phone": "AU"})(text) == text
    with pytest.raises(RecordError, match="is not a phone number"):
        resolve({"phone": {"country": "AU", "on_invalid": "reject"}})(text)


def test_the_short_form_keeps_the_extension() -> None:
    step = resolve({"phone": {"country": "AU", "format": "e164"}})
    assert step("(02) 9374 4000 x12") == "+61293744000 ext. 12"
    assert step("+61293744000 ext. 12") == "+61293744000 ext. 12"
