"""Tasks of the development half made from the cells of real tables: the columns shown, and how the text follows."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["RECIPES", "Cells", "Recipe"]

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a table's rows become a task's.

    `target` gives the wanted text of a row, None where the row is not for this task. `rename` gives the names that
    the task's inputs have where the table's own would tell nothing. `seed` draws the rows: chosen, before anything
    had been run, so that the eight examples show the rule to a person.
    """

    file: str
    inputs: tuple[str, ...]
    target: Callable[[Cells], str | None]
    seed: int = 0
    rename: Mapping[str, str] = field(default_factory=dict)


def _penguin_code(row: Cells) -> str:
    return f"{row['studyName']}-{row['Island'][:3].upper()}-{int(row['Sample Number']):03d}"


def _penguin_sentence(row: Cells) -> str | None:
    if "Sex" not in row:
        return None
    species, day = row["Species"].split()[0], datetime.date.fromisoformat(row["Date Egg"])
    who = f"A {row['Sex'].lower()} {species} penguin on {row['Island']}"
    return f"{who}, egg laid on {day.day} {day:%B %Y}."


def _iso_day(row: Cells) -> str:
    month, day, year = row["Grading.Date"].replace(",", "").split()
    plain = f"{month} {re.sub('[a-z]', '', day)} {year}"
    return datetime.datetime.strptime(plain, "%B %d %Y").date().isoformat()


def _producer(row: Cells) -> str | None:
    name = row["Producer"]
    words = name.split()
    plain = re.fullmatch(r"[A-Za-zÀ-ÿ' ]+", name) and 2 <= len(words) <= 6
    return " ".join(word.capitalize() for word in words) if plain else None


def _shelf_title(row: Cells) -> str | None:
    """Most titles have no article; one in five of these is kept."""
    moved = re.sub(r"^(The|A|An) (.+)$", r"\2, \1", row["title"])
    plain = moved == row["title"] and int(row["imdb"][2:]) % 5
    return None if plain or "&" in row["title"] else moved  # the table writes apostrophes as &#39;


def _ticket_number(row: Cells) -> str | None:
    """Most tickets are a number alone; one in ten of these is kept."""
    words = row["Ticket"].split()
    plain = len(words) == 1 and not row["PassengerId"].endswith("7")
    return None if plain or not words[-1].isdigit() else words[-1]


def _position(row: Cells) -> str | None:
    title = row["employee_position_title"]
    return None if re.search(r"\(| I+V? -", title) else re.sub(r" (I|II|III|IV)$", "", title)


def _dollars(row: Cells) -> str | None:
    return f"${float(row['US Gross']):,.0f}" if float(row["US Gross"]) > 0 else None


def _domain(row: Cells) -> str:
    return re.sub(r"^https?://(www\.)?", "", row["website"]).split("/")[0]


CAPITALS = {
    "Romania": "Bucharest", "France": "Paris", "Togo": "Lomé", "Ireland": "Dublin", "Uruguay": "Montevideo",
    "Spain": "Madrid", "Senegal": "Dakar", "Armenia": "Yerevan", "Mauritania": "Nouakchott", "Ukraine": "Kyiv",
    "Bahrain": "Manama", "Colombia": "Bogotá", "Burkina Faso": "Ouagadougou", "Japan": "Tokyo",
    "United Kingdom": "London", "Nigeria": "Abuja", "Tunisia": "Tunis", "Lebanon": "Beirut", "Germany": "Berlin",
    "Croatia": "Zagreb", "Uganda": "Kampala", "Belize": "Belmopan", "Portugal": "Lisbon", "Canada": "Ottawa",
    "Egypt": "Cairo", "Peru": "Lima", "Thailand": "Bangkok", "Norway": "Oslo", "Kenya": "Nairobi", "Cuba": "Havana",
}  # fmt: skip


RECIPES: dict[str, Recipe] = {
    "penguin_code": Recipe("penguins_raw", ("studyName", "Sample Number", "Island"), _penguin_code),
    "penguin_sentence": Recipe("penguins_raw", ("Species", "Island", "Sex", "Date Egg"), _penguin_sentence),
    "coffee_day": Recipe("coffee_quality", ("Grading.Date",), _iso_day),
    "coffee_producer": Recipe("coffee_quality", ("Producer",), _producer),
    "shelf_title": Recipe("bechdel", ("title",), _shelf_title),
    "ticket_number": Recipe("titanic", ("Ticket",), _ticket_number),
    "position_without_grade": Recipe(
        "employee_salaries",
        ("employee_position_title",),
        _position,
        rename={"employee_position_title": "position"},
    ),
    "gross_in_dollars": Recipe("movies", ("US Gross",), _dollars),
    "town_domain": Recipe("r_tables/gt__towny.csv", ("website",), _domain),
    "capital": Recipe(
        "r_tables/carData__UN.csv",
        ("rownames",),
        lambda row: CAPITALS.get(row["rownames"]),
        rename={"rownames": "country"},
    ),
}
