"""Bodies of notes, file columns and pictures."""

import base64
from typing import Any
from urllib.parse import unquote

import pytest
from support.dataverse_server.toy import BIG, BIG_BODY, CONTRACT, PICTURE, account, guid

NOTE, TEXT_NOTE, BIG_NOTE = (guid(0xE, n) for n in (1, 2, 3))
BLOCK = 4 * 1024 * 1024


def _note(row_id: str) -> dict[str, Any]:
    return {"Target": {"annotationid": row_id, "@odata.type": "Microsoft.Dynamics.CRM.annotation"}}


def _blocks(org: Any, start: dict[str, Any], length: int) -> bytes:
    body = b""
    while len(body) < start["FileSizeInBytes"]:
        arguments = {
            "Offset": len(body),
            "BlockLength": length,
            "FileContinuationToken": start["FileContinuationToken"],
        }
        body += base64.b64decode(org.post("DownloadBlock", arguments).raise_for_status().json()["Data"])
    return body


def test_the_body_of_a_note_is_text_in_base64(reader: Any) -> None:
    reply = reader.get(f"annotations({NOTE})/documentbody/$value")
    assert (reply.headers["Content-Type"], reply.content) == ("text/plain", base64.b64encode(b"hello world"))
    row = reader.get(f"annotations({NOTE})?$select=documentbody,filename").json()
    assert (base64.b64decode(row["documentbody"]), row["filename"]) == (b"hello world", "terms.txt")
    assert reader.get(f"annotations({TEXT_NOTE})/documentbody/$value").status_code == 204


def test_a_large_note_comes_in_blocks(reader: Any) -> None:
    start = reader.post("InitializeAnnotationBlocksDownload", _note(BIG_NOTE)).json()
    assert (start["FileSizeInBytes"], start["FileName"]) == (BIG, "big.bin")
    assert _blocks(reader, start, BLOCK) == BIG_BODY


def test_blocks_that_are_refused(reader: Any) -> None:
    token = reader.post("InitializeAnnotationBlocksDownload", _note(BIG_NOTE)).json()["FileContinuationToken"]
    for offset, length, used in (
        (0, BLOCK + 1, token),
        (BIG, 1, token),
        (-1, 1, token),
        (0, 0, token),
        (0, 1, "other"),
    ):
        arguments = {"Offset": offset, "BlockLength": length, "FileContinuationToken": used}
        assert reader.post("DownloadBlock", arguments).status_code in (400, 413)
    assert reader.post("InitializeAnnotationBlocksDownload", _note(TEXT_NOTE)).status_code == 404
    assert reader.post("InitializeAnnotationBlocksDownload", _note(guid(0xE, 9))).status_code == 404
    assert reader.post("InitializeAnnotationBlocksDownload", {}).status_code == 400


def test_a_file_column_whole_and_in_ranges(reader: Any) -> None:
    path = f"accounts({account(1)})/new_contract/$value"
    whole = reader.get(path)
    assert (whole.status_code, whole.content) == (200, CONTRACT)
    assert whole.headers["x-ms-file-size"] == str(len(CONTRACT))
    assert unquote(whole.headers["x-ms-file-name"]) == "contract é.pdf"
    assert whole.headers["mimetype"] == "application/pdf"
    part = reader.get(path, Range="bytes=5-14")
    assert (part.status_code, part.content) == (206, CONTRACT[5:15])
    assert part.headers["Content-Range"] == f"bytes 5-14/{len(CONTRACT)}"
    assert part.headers["x-ms-chunk-size"] == str(BLOCK)
    assert reader.get(path, Range="bytes=9000-99999").content == CONTRACT[9000:]
    assert reader.get(path, Range=f"bytes={len(CONTRACT)}-").status_code == 416
    assert reader.get(f"accounts({account(2)})/new_contract/$value").status_code == 204
    assert reader.get(f"accounts({account(9)})/new_contract/$value").status_code == 404
    assert reader.get(f"accounts({account(1)})/nothing/$value").status_code == 400


def test_a_file_column_in_blocks(reader: Any) -> None:
    target = {"accountid": account(1), "@odata.type": "Microsoft.Dynamics.CRM.account"}
    start = reader.post("InitializeFileBlocksDownload", {"Target": target, "FileAttributeName": "new_contract"}).json()
    assert start["IsChunkingSupported"] is True
    assert _blocks(reader, start, 3000) == CONTRACT


def test_the_row_has_the_files_id_and_name(reader: Any) -> None:
    rows = reader.get("accounts?$select=new_contract,new_contract_name").json()["value"]
    assert (len(rows[0]["new_contract"]), rows[0]["new_contract_name"]) == (36, "contract é.pdf")
    assert (rows[1]["new_contract"], rows[1]["new_contract_name"]) == (None, None)


def test_a_picture(reader: Any) -> None:
    row = reader.get(f"accounts({account(1)})?$select=entityimage,entityimage_url,entityimage_timestamp").json()
    assert base64.b64decode(row["entityimage"]) == PICTURE
    assert row["entityimage_url"].startswith("/Image/download.aspx?Entity=account&Attribute=entityimage&Id=")
    assert reader.get(f"accounts({account(1)})/entityimage/$value?size=full").content == PICTURE
    assert "x-ms-thumbnail" in reader.get(f"accounts({account(1)})/entityimage/$value").headers


@pytest.mark.parametrize("length", [100, BLOCK])
def test_files_that_cannot_be_cut(org: Any, length: int) -> None:
    org.control.switch(chunking=False)
    target = {"accountid": account(1), "@odata.type": "Microsoft.Dynamics.CRM.account"}
    start = org.post("InitializeFileBlocksDownload", {"Target": target, "FileAttributeName": "new_contract"}).json()
    assert start["IsChunkingSupported"] is False
    arguments = {"Offset": 0, "BlockLength": length, "FileContinuationToken": start["FileContinuationToken"]}
    reply = org.post("DownloadBlock", arguments)
    if length < len(CONTRACT):
        assert (reply.status_code, reply.json()["error"]["code"]) == (400, "0x80090017")
    else:
        assert base64.b64decode(reply.json()["Data"]) == CONTRACT
    path = f"accounts({account(1)})/new_contract/$value"
    assert org.get(path).content == CONTRACT
    assert org.get(path, Range="bytes=0-9").json()["error"]["code"] == "0x80090017"


def test_a_note_that_somebody_edits_has_a_new_body(org: Any) -> None:
    org.control.update("annotation", NOTE, {"documentbody": base64.b64encode(b"new words").decode()})
    assert base64.b64decode(org.get(f"annotations({NOTE})/documentbody/$value").content) == b"new words"
    assert base64.b64decode(org.get(f"annotations({NOTE})?$select=documentbody").json()["documentbody"]) == b"new words"
    start = org.post("InitializeAnnotationBlocksDownload", _note(NOTE)).json()
    assert _blocks(org, start, 4) == b"new words"
