"""Every text stands out enough from what is behind it (WCAG 2.2 AA: 4.5 to 1), on light, dark and paper."""

import re

import pytest

from flitstack_pipeline.reports.html import environment

PAIRS = [
    ("ink", "page"), ("ink", "card"), ("ink", "soft"), ("muted", "page"), ("muted", "card"), ("muted", "soft"), ("faint", "card"),
    ("link", "page"), ("link", "card"), ("link", "soft"), ("good", "card"), ("warn", "card"), ("bad", "card"), ("good", "good-bg"),
    ("warn", "warn-bg"), ("bad", "bad-bg"), ("ink", "good-bg"), ("ink", "warn-bg"), ("ink", "bad-bg"), ("link", "warn-bg"),
    ("link", "bad-bg"), ("muted", "warn-bg"), ("muted", "bad-bg"), ("want", "want-bg"), ("have", "have-bg"),
]  # fmt: skip
ZERO = 0.88  # `.zero` mixes this much of --faint with the card


def themes():
    css = environment().get_template("report.css").render()
    blocks = re.findall(r":root \{([^}]*)\}", css)
    assert len(blocks) == 3
    found = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})", block)) for block in blocks]
    return {"light": found[0], "dark": {**found[0], **found[1]}, "paper": {**found[0], **found[2]}}


def channels(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    return [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]


def luminance(rgb):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "paper"])
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_contrast(theme, front, back):
    colours = themes()[theme]
    assert contrast(channels(colours[front]), channels(colours[back])) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark", "paper"])
def test_dimmed_zeros_can_still_be_read(theme):
    colours = themes()[theme]
    pairs = zip(channels(colours["faint"]), channels(colours["card"]), strict=True)
    assert contrast([ZERO * f + (1 - ZERO) * c for f, c in pairs], channels(colours["card"])) >= 3.0
