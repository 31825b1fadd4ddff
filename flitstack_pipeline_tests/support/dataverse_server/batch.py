"""`$batch`: several requests in one, in the strict form that Dataverse wants."""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from http import HTTPStatus
from urllib.parse import urlsplit

from support.dataverse_server.api import Answer, Call
from support.dataverse_server.errors import DataverseError, bad_request

_MOST = 1000
_LONGEST_URL = 65_536
# Spaces in the URL are fine here: Microsoft's own client sends them.
_REQUEST = re.compile(r"([A-Z]+) (.+?)(?: HTTP/1\.1)?")


def answer_batch(call: Call, one: Callable[[Call], Answer]) -> Answer:
    """Answer each request by `one`, in order; after the first refusal only with `Prefer: odata.continue-on-error`."""
    match = re.search(r'boundary="?([^";]+)"?', call.headers.get("content-type", ""))
    if not call.headers.get("content-type", "").startswith("multipart/mixed") or not match:
        raise bad_request("The content type of a batch request is multipart/mixed with a boundary.", "0x80048d19")
    goes_on = "odata.continue-on-error" in call.headers.get("prefer", "")
    answers: list[Answer] = []
    for part in _parts(call.body, match[1]):
        answers.append(_answered(part, call, one))
        if answers[-1].status >= HTTPStatus.BAD_REQUEST and not goes_on:
            break
    failed = next((a.status for a in answers if a.status >= HTTPStatus.BAD_REQUEST), None)
    boundary = f"batchresponse_{uuid.uuid4()}"
    body = b"".join(_written(answer, boundary) for answer in answers) + f"--{boundary}--\r\n".encode()
    status = HTTPStatus.OK if goes_on or failed is None else failed
    return Answer(status, body, {"Content-Type": f"multipart/mixed; boundary={boundary}"})


def _parts(body: bytes, boundary: str) -> Iterator[bytes]:
    if re.search(rb"(?<!\r)\n", body) or not body.endswith(f"--{boundary}--\r\n".encode()):
        # Every line ends with CRLF, the last one too: what Dataverse says to anything else tells nobody why.
        raise bad_request("Stream was not readable.", "0x80048d19")
    parts = body.split(f"--{boundary}\r\n".encode())[1:]
    if len(parts) > _MOST:
        raise bad_request(f"Number of operations in a batch exceeds {_MOST}.", "0x80048d19")
    for part in parts:
        yield part.removesuffix(f"--{boundary}--\r\n".encode())


def _answered(part: bytes, call: Call, one: Callable[[Call], Answer]) -> Answer:
    head, _, rest = part.partition(b"\r\n\r\n")
    try:
        if b"multipart/mixed" in head:
            raise DataverseError(403, "0x80040220", "Principal user is missing the privilege to write: no change sets.")
        if b"application/http" not in head:
            raise bad_request("The parts of a batch have the content type application/http.", "0x80048d19")
        first, _, below = rest.partition(b"\r\n")
        match = _REQUEST.fullmatch(first.decode())
        if not match:
            raise bad_request(f"No request line: {first.decode(errors='replace')[:80]}", "0x80048d19")
        if len(match[2]) > _LONGEST_URL:
            raise DataverseError(414, "0x80060888", "The request URI is too long.")
        lines, _, body = below.partition(b"\r\n\r\n")
        fields = (line.partition(":") for line in lines.decode().split("\r\n") if line)
        headers = {name.strip().lower(): value.strip() for name, _, value in fields}
        url = urlsplit(match[2])
        path = url.path if url.path.startswith("/") else f"/api/data/v9.2/{url.path}"
        return one(Call(match[1], path, url.query, headers, body))
    except DataverseError as error:
        content = json.dumps({"error": {"code": error.code, "message": error.message}}).encode()
        return Answer(error.status, content, {"Content-Type": "application/json", **error.headers})


def _written(answer: Answer, boundary: str) -> bytes:
    head = [
        f"--{boundary}",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "",
        f"HTTP/1.1 {int(answer.status)} {HTTPStatus(answer.status).phrase}",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
        "",
        "",
    ]
    return "\r\n".join(head).encode() + answer.body + b"\r\n"
