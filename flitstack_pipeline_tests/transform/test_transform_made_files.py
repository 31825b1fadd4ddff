"""Files made of values: the same values give the same bytes, nothing is left out, and pictures fit."""

import base64
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.mapping.target import TargetField
from flitstack_pipeline.odoo.canonical import canonical, to_odoo
from flitstack_pipeline.transform.files import FileContent, describe_file
from flitstack_pipeline.transform.made_files import made_file
from flitstack_pipeline.transform.registry import chain, resolve

DATAS = TargetField("datas", "binary")


def test_a_history_is_one_document_with_every_row_and_every_empty_value() -> None:
    at = datetime(2024, 3, 5, 6, 7, 8, tzinfo=UTC)
    rows = [{"time": at, "data": '{"t": 81.50}', "score": Decimal("0.10")}, {"time": None, "data": None, "score": None}]
    made = resolve({"json_file": {"name": "alerts.json"}})(rows)
    assert (made.name, made.mimetype) == ("alerts.json", "application/json")
    assert json.loads(made.read(), parse_float=Decimal) == [
        {"time": "2024-03-05T06:07:08+00:00", "data": '{"t": 81.50}', "score": Decimal("0.10")},
        {"time": None, "data": None, "score": None},
    ]
    assert b"0.10" in made.read()
    assert made == resolve({"json_file": {"name": "alerts.json"}})([dict(reversed(row.items())) for row in rows])


def test_it_is_sent_and_compared_like_a_file_of_the_source() -> None:
    made = made_file(b"[]\n", "data.json")
    assert base64.b64decode(to_odoo(made, DATAS)) == b"[]\n"
    assert canonical(made, DATAS) == {"sha1": made.sha1, "size": 3}


@pytest.mark.parametrize("written", ["data:image/png;base64,{}", "data:;base64,{}", "{}", "\n {}\r\n"])
def test_a_signature_in_a_text_column_becomes_its_bytes(written: str) -> None:
    picture = _picture(4, 3, "PNG")
    made = resolve({"base64_file": {"name": "signature.png"}})(written.format(base64.b64encode(picture).decode()))
    assert (made.read(), made.mimetype) == (picture, "image/png")


def test_what_is_not_base64_is_refused_and_not_quoted() -> None:
    with pytest.raises(RecordError, match="is not base64") as caught:
        resolve("base64_file")("data:image/png;base64,secret+++===x")
    assert "secret" not in str(caught.value)


def test_small_pictures_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "p.jpg").write_bytes(_picture(1920, 10, "JPEG"))
    steps = chain(["file_bytes", "fit_picture"], context={"base": tmp_path, "max_mb": Decimal(25)})
    assert steps("p.jpg") == describe_file("p.jpg", tmp_path)


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_large_pictures_are_made_to_fit_always_to_the_same_bytes(form: str) -> None:
    original = made_file(_picture(2400, 1200, form), f"p.{form.lower()}")
    fitted = resolve("fit_picture")(original)
    again = resolve("fit_picture")(replace(original))
    assert isinstance(fitted, FileContent)
    assert fitted == again
    with Image.open(io.BytesIO(fitted.read())) as picture:
        assert (picture.size, picture.format) == ((1920, 960), form)


def _picture(width: int, height: int, form: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), (10, 200, 30)).save(made, form)
    return made.getvalue()
