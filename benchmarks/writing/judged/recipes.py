"""Tasks of the judged half made from the cells of real tables."""

from __future__ import annotations

import datetime
import re

from benchmarks.writing.recipes import Cells, Recipe

__all__ = ["RECIPES"]


def _millions(row: Cells) -> str | None:
    budget = int(row["budget"])
    return None if budget % 100_000 else f"${budget / 1e6:.1f}M"


SMALL_WORDS = frozenset({"and", "or", "of"})


def _major(row: Cells) -> str:
    words = [word.lower() for word in row["Major"].split()]
    return " ".join(
        word if word in SMALL_WORDS else re.sub(r"(^|[-/])[a-z]", lambda at: at[0].upper(), word)
        for word in words
    )


def _readable_label(row: Cells) -> str:
    words = row["label"].replace("_", " ")
    return words[0].upper() + words[1:]


def _bags(row: Cells) -> str | None:
    weight = row["Bag.Weight"]
    if not re.fullmatch(r"\d+ (kg|lbs)", weight):
        return None
    return f"{row['Country.of.Origin']}: {row['Number.of.Bags']} x {weight}"


def _passenger(row: Cells) -> str | None:
    """Surname last; a maiden name in brackets and a nickname in quotes are left out."""
    surname, rest = row["Name"].split(", ", 1)
    given = re.sub(r'\s*(\(.*?\)|".*?")', "", rest).strip()
    return f"{given} {surname}" if len(given.split()) > 1 else None


def _hired(row: Cells) -> str:
    return f"{datetime.datetime.strptime(row['date_first_hired'], '%m/%d/%Y'):%d %b %Y}"


def _county(row: Cells) -> str:
    return f"{row['county'].title()} County, {row['state']}"


def _phone(row: Cells) -> str | None:
    numbers = re.findall(r"(?<![\d£])0\d{10}(?!\d)", row["text"])
    return numbers[0] if len(set(numbers)) == 1 and row["label"] == "spam" else None


LANGUAGES = {
    "en": "English", "fr": "French", "it": "Italian", "es": "Spanish", "de": "German", "ru": "Russian",
    "ja": "Japanese", "ar": "Arabic", "zh": "Chinese", "pt": "Portuguese", "hu": "Hungarian", "sv": "Swedish",
    "pl": "Polish", "he": "Hebrew", "el": "Greek", "cs": "Czech", "ko": "Korean", "ro": "Romanian", "sr": "Serbian",
    "da": "Danish", "fa": "Persian", "hi": "Hindi", "nl": "Dutch", "tr": "Turkish", "no": "Norwegian",
    "bg": "Bulgarian", "fi": "Finnish",
}  # fmt: skip


def _languages(row: Cells) -> str | None:
    """Half of the films are in one language; of these one in three is kept."""
    codes = row["languages"].split(",")
    if len(codes) == 1 and int(row["rownames"]) % 3:
        return None
    return ", ".join(LANGUAGES[code] for code in codes) if set(codes) <= set(LANGUAGES) else None


# By the line's number in the table. Read by a person, who left out the make, the trim and the build.
CAR_MODELS = {
    "319": "Grand Cherokee", "131": "Diamante", "380": "Jetta", "184": "9-3", "408": "Silverado", "354": "RAV4",
    "379": "Matrix", "334": "VUE", "272": "RX-8", "15": "Accent", "239": "9-3", "398": "Quest",
    "128": "Grand Marquis", "333": "Cayenne", "81": "Sentra", "58": "Sebring", "191": "Passat", "241": "Phaeton",
    "195": "S80", "279": "Eclipse", "53": "Malibu", "294": "MR2 Spyder", "7": "Neon", "375": "xB",
    "111": "Concorde", "144": "Jetta", "94": "Prius", "393": "Odyssey", "200": "A4", "82": "Alero",
}  # fmt: skip


FLAGS = ("chocolate", "fruity", "caramel", "peanutyalmondy", "nougat", "crispedricewafer", "hard", "bar")


def _sentence_of_candy(row: Cells) -> str | None:
    """What it is, then what is in it."""
    has = {name for name in row if row[name] == "1"}
    what = "bar" if "bar" in has else "hard candy" if "hard" in has else "candy"
    main = [word for word in ("chocolate", "fruity") if word in has]
    names = {"caramel": "caramel", "peanutyalmondy": "nuts", "nougat": "nougat", "crispedricewafer": "wafer"}
    inside = [names[name] for name in names if name in has]
    if not main or (what == "hard candy" and "chocolate" in main):
        return None
    listed = " and ".join([", ".join(inside[:-1]), inside[-1]] if len(inside) > 1 else inside)
    return f"{row['competitorname']} is a {' '.join(main)} {what}{' with ' + listed if inside else ''}."


RECIPES: dict[str, Recipe] = {
    "budget_in_millions": Recipe("bechdel", ("budget",), _millions),
    "major": Recipe("recent_grads", ("Major",), _major),
    "readable_label": Recipe("banking77", ("label",), _readable_label),
    "coffee_lot": Recipe("coffee_quality", ("Country.of.Origin", "Number.of.Bags", "Bag.Weight"), _bags),
    "passenger": Recipe("titanic", ("Name",), _passenger),
    "hired": Recipe("employee_salaries", ("date_first_hired",), _hired),
    "county": Recipe("r_tables/ggplot2__midwest.csv", ("county", "state"), _county),
    "phone_in_message": Recipe("sms_spam", ("text",), _phone),
    "film_languages": Recipe("r_tables/gt__films.csv", ("languages",), _languages),
    "car_model": Recipe(
        "r_tables/openintro__cars04.csv", ("name",), lambda row: CAR_MODELS.get(row["rownames"])
    ),
    "candy_sentence": Recipe(
        "candy",
        ("competitorname", *FLAGS),
        _sentence_of_candy,
        seed=1,
    ),
}
