"""The page: one file that asks for nothing and runs nothing, whatever the names in it, and says everything."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace

import polars as pl
import pytest

from handful import Learner
from handful.report.facts import Outcome
from handful.report.report import page_of, report_html
from tests.report.pages import HOSTILE, Reader, drawings, hostile_table, noise

WORDS = ["red", "green", "blue", "white", "black", "brown"]
COMMON = [
    "How sure, how right",
    "Answering only the sure ones",
    "Columns that matter",
    "Labels to look at again",
    "More labelled rows",
    "Who answered",
    "What was guessed",
    "Weights that came with handful",
]


@pytest.fixture(scope="module")
def flower_page(facts):
    return page_of(facts)


@pytest.fixture(scope="module")
def hostile_page():
    table = hostile_table()
    return report_html(Learner(f"{HOSTILE}?").fit(table), table)


def test_the_page_fetches_nothing_and_runs_nothing(flower_page):
    read = Reader(flower_page)
    assert "script" not in read.tags
    assert not read.handlers
    assert all(place.startswith(("#", "data:")) for place in read.fetched)
    assert "http://" not in flower_page
    assert "https://" not in flower_page
    assert "@import" not in flower_page
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', flower_page)
    assert policy
    assert policy[1].startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_the_page_names_every_section_and_is_small(flower_page):
    headings = Reader(flower_page).headings
    assert [heading for heading in headings if heading in COMMON] == COMMON
    assert any(heading.endswith("that hold the truth") for heading in headings)
    assert {"Right and wrong", "Answers against the truth"} & set(headings)
    assert len(flower_page.encode()) < 3e6


def test_figures_are_sound_and_wear_the_colours_of_the_page(flower_page):
    figures = drawings(flower_page)
    assert len(figures) >= 6
    assert all(figure.get("aria-label") for figure in figures)
    ids = re.findall(r'\bid="([^"]*)"', flower_page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', flower_page)) <= set(ids)
    assert set(re.findall(r"var\((--\w+)\)", flower_page)) <= set(re.findall(r"(--\w+): #", flower_page))
    assert not re.search(r"#0101\d\d", flower_page)


def test_text_stands_out_from_the_paper_in_light_in_dark_and_in_print(flower_page):
    def light(colour):
        parts = [
            int(2 * part if len(colour) == 3 else part, 16) / 255
            for part in re.findall(".." if len(colour) == 6 else ".", colour)
        ]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    themes = [
        dict(re.findall(r"--(\w+): #(\w+)", line)) for line in flower_page.splitlines() if "--paper:" in line
    ]
    assert len(themes) == 3
    for theme in themes:
        for name in ("ink", "soft", "amber", "blue"):
            low, high = sorted([light(theme["paper"]), light(theme[name])])
            assert (high + 0.05) / (low + 0.05) > 4.5, name


def test_numbers_and_days_at_the_ends_of_what_can_be_are_drawn(facts):
    if facts.target == "kind":
        return
    for scale in (1e-90, 1e90):
        far = tuple(
            Outcome(float(row.truth) * scale, float(row.predicted) * scale, row.sure)
            for row in facts.outcomes
        )
        assert len(drawings(page_of(replace(facts, outcomes=far)))) >= 6


def test_hostile_names_are_shown_and_do_nothing(hostile_page):
    read = Reader(hostile_page)
    assert not {"script", "img", "a"} & set(read.tags)
    assert not read.handlers
    assert all(place.startswith("#") for place in read.fetched)
    assert "{{7*7}}" in read.text
    assert "document.title='run'" in read.text
    assert not {"\x1b", "\u202e"} & set(hostile_page)
    assert len(drawings(hostile_page)) >= 6  # a name that ends a figure would have left one that is not sound


def test_a_target_that_nothing_explains_is_said_so_first():
    table = noise()
    page = report_html(Learner("coin").fit(table), table)
    assert re.search(r'</h1>\s*<p class="verdict worse">No better than guessing', page)


def test_rows_that_cannot_be_judged_leave_a_page_that_says_why():
    table = pl.DataFrame(
        {"text": [f"{word} and more words" for word in WORDS], "label": [*"abcd", None, None]}
    )
    page = report_html(Learner("label", kinds={"label": "category"}).fit(table), table)
    assert "Not judged" in page
    assert "no labelled row can be held out" in page


def test_the_same_facts_are_the_same_page(facts, flower_page):
    assert page_of(facts) == flower_page


def test_a_target_of_one_value_has_a_page():
    table = noise(12).with_columns(coin=pl.lit("heads"))
    page = report_html(Learner("coin").fit(table), table)
    assert "Nothing to learn" in page


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_a_browser_runs_nothing_of_a_hostile_page(hostile_page, tmp_path):
    place = tmp_path / "page.html"
    place.write_text(hostile_page, encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--dump-dom"]
    done = subprocess.run(
        ["chromium", *flags, f"--user-data-dir={tmp_path / 'browser'}", place.as_uri()],
        capture_output=True,
        timeout=120,
        check=True,
    )
    dom = done.stdout.decode()
    assert "<script" not in dom
    assert "<img" not in dom
    assert "</footer>" in dom
    assert re.search(r"<title>[^<]*· handful</title>", dom)
