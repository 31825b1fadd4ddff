"""The order of a load as a drawing."""

from flitstack_pipeline.reports.graph import BOX_HEIGHT, BOX_WIDTH, draw


def test_each_model_stands_right_of_what_it_needs():
    needs = {"lead": {"partner", "stage"}, "invoice": {"lead", "partner"}}
    drawing = draw(["partner", "stage", "lead", "invoice"], needs)
    x = {box.name: box.x for box in drawing.boxes}
    assert x["partner"] == x["stage"] < x["lead"] < x["invoice"]
    assert len(drawing.curves) == 3, "invoice needs partner by lead already: no line of its own"


def test_boxes_do_not_overlap_and_lie_inside():
    drawing = draw([f"m{i}" for i in range(12)], {f"m{i}": {f"m{i // 2}"} for i in range(1, 12)})
    places = [(box.x, box.y) for box in drawing.boxes]
    assert len(set(places)) == 12
    assert all(x + BOX_WIDTH <= drawing.width and y + BOX_HEIGHT <= drawing.height for x, y in places)


def test_needs_that_come_later_are_left_out():
    assert draw(["a", "b"], {"a": {"b", "unknown"}, "b": {"a"}}).curves == draw(["a", "b"], {"b": {"a"}}).curves


def test_nothing_is_an_empty_drawing():
    assert (draw([], {}).width, draw([], {}).height) == (0, 0)
