"""Bodies that are no bodies of ours: refused before anybody looks at what they say."""

from __future__ import annotations

import pytest

from tests.books import nothing_changes
from tests.world import Register, problem, return_body, sale_body, to_bytes

POSTS = ("sales", "sales/batch", "returns", "returns/quote", "stock/counts")
ID = "0199a000-0000-7000-8000-000000000000"

DEEP = b'{"a":' * 40 + b"1" + b"}" * 40
VERY_DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
REFUSED = {
    "empty": (b"   ", "malformed-json"),
    "cut off": (b'{"lines": [', "malformed-json"),
    "two values": (b"{} {}", "malformed-json"),
    "single quotes": (b"{'a': 1}", "malformed-json"),
    "not UTF-8": (b'{"operator": "\xff\xfe"}', "malformed-json"),
    "UTF-16": ('{"operator": "1042"}'.encode("utf-16"), "malformed-json"),
    "byte order mark": (b'\xef\xbb\xbf{"operator": "1042"}', "malformed-json"),
    "control character": (b'{"operator": "a\x00b"}', "malformed-json"),
    "NaN": (b'{"total": NaN}', "malformed-json"),
    "Infinity": (b'{"total": -Infinity}', "malformed-json"),
    "5,000 digits": (b'{"total": ' + b"7" * 5_000 + b"}", "malformed-json"),
    "nested": (DEEP, "malformed-json"),
    "nested without end": (VERY_DEEP, "malformed-json"),
    "NUL as an escape": (rb'{"operator": "a\u0000b"}', "malformed-json"),
    "NUL in a key": (rb'{"oper\u0000ator": "1042"}', "malformed-json"),
    "half a character": (rb'{"operator": "\ud83d"}', "malformed-json"),
    "other half": (rb'{"operator": "\ude00 \ud83d"}', "malformed-json"),
    "key twice": (b'{"total": 1, "total": 1}', "duplicate-key"),
    "nested key twice": (b'{"lines": [{"a": 1, "\\u0061": 2}]}', "duplicate-key"),
    "array": (b"[]", "invalid-request"),
    "array of bodies": (b'[{"total": 1}]', "invalid-request"),
    "string": (b'"sale"', "invalid-request"),
    "number": (b"17", "invalid-request"),
    "null": (b"null", "invalid-request"),
}


@pytest.mark.parametrize("path", ["sales", "returns"])
@pytest.mark.parametrize("case", REFUSED)
def test_a_body_that_is_no_json_object_is_refused(register: Register, case: str, path: str) -> None:
    raw, code = REFUSED[case]
    with nothing_changes():
        problem(register.send(path, raw), 400, code)


@pytest.mark.parametrize("path", [*POSTS, f"returns/{ID}/complete", f"returns/{ID}/void"])
def test_every_address_refuses_what_is_not_json(register: Register, path: str) -> None:
    with nothing_changes():
        problem(register.send(path, b'{"total": NaN}'), 400, "malformed-json")
        problem(register.send(path, b"[]"), 400, "invalid-request")


@pytest.mark.parametrize("path", POSTS)
def test_a_body_over_1_mib_is_refused(register: Register, path: str) -> None:
    raw = b'{"operator": "' + b"x" * 1024 * 1024 + b'"}'
    with nothing_changes():
        problem(register.send(path, raw), 413, "body-too-large")


def test_a_body_of_1_mib_is_read(register: Register) -> None:
    body = to_bytes(sale_body())
    response = register.send("sales", body + b" " * (1024 * 1024 - len(body)))
    assert response.status_code == 201


def test_nesting_of_32_is_read_and_then_refused_for_what_it_says(register: Register) -> None:
    raw = b'{"a":' * 32 + b"1" + b"}" * 32
    document = problem(register.send("sales", raw), 400, "invalid-request")
    assert document["errors"][0]["field"] == "a"


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x"]
)
def test_another_content_type_is_refused(register: Register, path: str, content_type: str) -> None:
    with nothing_changes():
        response = register.send(path, to_bytes(sale_body()), content_type=content_type)
        problem(response, 415, "unsupported-media-type")


@pytest.mark.parametrize("path", POSTS)
def test_a_form_is_refused(register: Register, path: str) -> None:
    with nothing_changes():
        response = register.send(
            path, b"operator=1042&total=1", content_type="application/x-www-form-urlencoded"
        )
        problem(response, 415, "unsupported-media-type")


@pytest.mark.parametrize("charset", ["utf-8", "latin-1", "utf-16", "hex", "nonsense"])
def test_json_is_utf8_whatever_charset_the_header_names(register: Register, charset: str) -> None:
    body = to_bytes(sale_body(customer="C-ü"))
    response = register.send("sales", body, content_type=f"application/json; charset={charset}")
    assert response.status_code == 201, response.content


@pytest.mark.parametrize("method", ["put", "patch", "delete", "head", "options", "trace"])
@pytest.mark.parametrize("path", ["sales", "returns", "changes", f"returns/{ID}/void"])
def test_another_method_is_refused(register: Register, path: str, method: str) -> None:
    call = getattr(register.client, method)
    with nothing_changes():
        response = call(f"/api/v1/{path}", headers=register._headers())
    assert response.status_code == 405
    assert "GET" in response["Allow"] or "POST" in response["Allow"]


def test_a_405_is_a_problem_document_and_says_what_is_allowed(register: Register) -> None:
    response = register.client.put("/api/v1/returns/quote", headers=register._headers())
    problem(response, 405, "method-not-allowed")
    assert response["Allow"] == "POST"


@pytest.mark.parametrize("path", ["nothing", "sales/a/b", "returns/17", "returns/17/complete", ""])
def test_an_unknown_address_answers_with_a_problem(register: Register, path: str) -> None:
    problem(register.get(path), 404, "not-found")


def test_another_media_type_cannot_be_had(register: Register) -> None:
    response = register.client.get(
        "/api/v1/changes", headers=register._headers({"Accept": "text/html"})
    )
    problem(response, 406, "not-acceptable")


@pytest.mark.parametrize("address", ["sales/%00", "sales/a%00b", "sales/%FF%FE", "sales/%F0%9F"])
def test_what_is_no_text_in_an_address_is_not_there(register: Register, address: str) -> None:
    problem(register.get(address), 404, "not-found")


@pytest.mark.parametrize("name", ["customer", "sku", "serial", "cursor"])
def test_nul_in_a_query_is_refused(register: Register, name: str) -> None:
    response = register.get("sales/search", **{"customer": "C-1", name: "a\x00b"})
    document = problem(response, 400, "invalid-request")
    assert document["errors"][0]["field"] == name


def test_a_parameter_given_twice_is_refused(register: Register) -> None:
    response = register.client.get(
        "/api/v1/sales/search?customer=a&customer=b", headers=register._headers()
    )
    problem(response, 400, "invalid-request")


def test_an_unknown_parameter_is_refused(register: Register) -> None:
    document = problem(register.get("returns", limit="5"), 400, "invalid-request")
    assert document["errors"] == [
        {
            "field": "limit",
            "code": "unknown-field",
            "detail": "This field is not part of the contract.",
        }
    ]


def test_refused_and_mended_the_same_key_works(register: Register) -> None:
    sale = register.sell()
    key = "0042-03-261121-0007-a1"
    problem(register.send("returns", b"{", key=key), 400, "malformed-json")
    response = register.post("returns", return_body(sale), key=key)
    assert (response.status_code, response.json()["refund_total"]) == (201, 255)
