"""English that questions about any table are asked in: words that carry no content, and words that ask for something.

Every set holds stems, as `words.stem` makes them. Nothing here is about a certain table.
"""

from __future__ import annotations

from handful.chat.words import stem, stems

__all__ = [
    "ASKING",
    "CUES",
    "DIMENSIONS",
    "FUNCTION",
    "GENERIC",
    "MEASURING",
    "NEGATIONS",
    "OPPOSITES",
    "ORDINALS",
    "SMALL",
    "SUPERLATIVES",
    "UNITS",
    "UNSUPPORTED",
]  # fmt: skip


FUNCTION = stems(
    "a an the this that these those there here it its it's i me my we us our you your he she they them "
    "their his her is are was were be been being am do does did done doing has have had having can could "
    "will would should shall may might must of in on at by for from to with within into onto about as and "
    "or but if then than so such also too very what which who whom whose when where how please tell give "
    "let's lets just only ones one's s t d ll ve re any some ok okay hey hi hello want wanna know like "
    "need see get got look looking find out up over what's who's how's there's i'd i'm they're it's "
    "that's now again still well right exactly really actually because while during upon per each every "
    "all both between among across same other another much many more most less least few fewer not no nor "
    "never none without whether let would've quite rather come came go going happen happened kind sort "
    "type way much's overall general whole full entire complete available existing exist present "
    "currently current recorded record's found listed given reported shown seen registered observed "
    "measured using use based respectively respect regarding terms side curious wonder wondering quick "
    "quickly interested interesting try ask asking question answer belong belongs contain contains "
    "include includes including included hold holds consist appear appears occur occurs turn turned end "
    "ended work works mine theirs against thanks thank bit little bring come anyone anybody everyone "
    "everybody someone somebody nobody anything everything something nothing various particular certain "
    "specific either own simply basically kindly collection roughly approximately onboard "
    "aboard board standard vs versus"
)
GENERIC = stems(
    "row rows record records entry entries line lines item items case cases example examples observation "
    "observations sample samples table dataset data file set sheet spreadsheet people person individual "
    "individuals thing things member members column columns field fields value values cell cells variable "
    "variables attribute attributes feature number numbers figure figures list result results group "
    "groups animal animals subject subjects folk folks instance instances unit units human humans guy "
    "guys amount level measurement measurements category categories class classes info information"
)
"""Words for a row, a column or a cell of whatever table."""

UNITS = stems(
    "mm cm m km in inch inches ft foot feet mile miles g kg mg lb lbs oz gram grams kilogram kilograms "
    "kilo kilos ton tons pound pounds ounce ounces l ml liter litre liters litres s sec secs second "
    "seconds min mins minute minutes h hr hrs hour hours ms usd eur gbp dollar dollars euro euros cent "
    "cents pct percent percentage deg degree degrees celsius fahrenheit kelvin c f k pixel pixels px mph "
    "kmh kph mpg millimeter millimeters millimetre millimetres centimeter centimeters centimetre "
    "centimetres meter meters metre metres kilometer kilometers kilometre kilometres hz khz mhz watt "
    "watts w kw kwh volt volts v amp amps ppm ppb million thousand billion sqft sqm"
)
"""At the end of a column's name they are left out, and after a number they are no words of their own."""

NEGATIONS = stems(
    "not no never isn't aren't wasn't weren't don't doesn't didn't without except "
    "excluding exclude besides non other but"
)
NEGATIONS -= stems("but other")


DIMENSIONS: dict[str, tuple[str, bool]] = {}
"""Stem of an adjective, its comparative or superlative -> (what it measures, whether more of it)."""
SUPERLATIVES: dict[str, tuple[str, bool]] = {}
"""Only those that ask for the end of a scale: "heaviest", "cheapest"."""
_ADJECTIVES = (
    ("old older oldest elderly senior", "age", True), ("young younger youngest junior", "age", False),
    ("heavy heavier heaviest", "weight", True), ("light lighter lightest", "weight", False),
    ("long longer longest", "length", True), ("short shorter shortest", "length", False),
    ("tall taller tallest", "height", True), ("deep deeper deepest", "depth", True),
    ("shallow shallower shallowest", "depth", False), ("wide wider widest broad broader broadest", "width", True),
    ("narrow narrower narrowest", "width", False), ("thick thicker thickest", "thickness", True),
    ("thin thinner thinnest", "thickness", False),
    ("expensive pricey priciest pricier costliest dear dearest costly costlier", "price", True),
    ("cheap cheaper cheapest inexpensive affordable", "price", False), ("fast faster fastest quickest", "speed", True),
    ("slow slower slowest", "speed", False), ("hot hotter hottest warm warmer warmest", "temperature", True),
    ("cold colder coldest cool cooler coolest", "temperature", False), ("rich richer richest", "income", True),
    ("poor poorer poorest", "income", False), ("recent newest latest later newer", "date", True),
    ("early earlier earliest", "date", False), ("strong stronger strongest", "strength", True),
    ("weak weaker weakest", "strength", False), ("popular", "popularity", True),
    ("big bigger biggest large larger largest huge", "size", True), ("small smaller smallest tiny", "size", False),
)  # fmt: skip
for _words, _measure, _more in _ADJECTIVES:
    for _word in _words.split():
        DIMENSIONS[stem(_word)] = (_measure, _more)
        if _word.endswith("est"):
            SUPERLATIVES[stem(_word)] = (_measure, _more)

MEASURING: dict[str, tuple[str, ...]] = {
    stem(verb): nouns
    for verbs, nouns in (
        ("pay paid pays paying", ("price", "pay", "salary")),
        ("earn earns earned earning", ("salary", "income", "earnings")),
        ("cost costs costing", ("price", "cost")),
        ("weigh weighs weighed weighing", ("weight",)),
        ("measure measures measured", ("size", "length")),
        ("last lasts lasted", ("duration",)),
        ("score scores scored scoring", ("score", "rating")),
        ("spend spends spent", ("amount", "cost")),
        ("make makes making receive receives", ("income", "salary", "profit")),
        ("get gets sell sells work works live lives living travel travels go goes", ()),
    )
    for verb in verbs.split()
}
"""Verbs that say what is measured, in other words where the table has no column of that name; of some, nothing."""

UNSUPPORTED = stems(
    "difference differences minus plus times multiply multiplied divide divided double triple tomorrow "
    "yesterday next forecast will won't going poem story joke code python excel sql percentile change "
    "changed growth variance recommend should advice think believe opinion feel favourite favorite better "
    "worse"
)
"""Words that ask for what no operation does; a question that has one of them is refused, unless it names something."""

SMALL = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "dozen": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100,
    "couple": 2,
}  # fmt: skip
SMALL = {stem(word): number for word, number in SMALL.items()}
ORDINALS = {
    stem(word): number
    for number, word in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh"), start=1
    )
}

OPPOSITES = (
    (stems("survive survivor alive saved"), stems("die dead died perish perished drown drowned killed")),
    (stems("pass passed"), stems("fail failed")),
    (stems("win won"), stems("lose lost")),
    (stems("present"), stems("absent")),
    (stems("active"), stems("inactive")),
    (stems("stay stayed"), stems("leave")),
    (stems("accept accepted approved"), stems("reject rejected denied")),
)  # fmt: skip
"""Words of which one says that the other does not hold."""

ASKING: dict[str, frozenset[str]] = {
    "mean": stems(
    "average mean avg averages means typical typically averaged usual usually"
),
    "median": stems("median medians midpoint"),
    "sum": stems(
    "sum total totals altogether combined summed totalled cumulative aggregate"
),
    "minimum": stems(
    "minimum min lowest smallest least minimal bottom fewest worst"
),
    "maximum": stems(
    "maximum max highest largest biggest greatest most maximal peak best record's top"
),
    "deviation": stems("deviation std stdev sd spread variability vary"),
    "count": stems(
    "count counts many number often frequency tally counted quantity"
),
    "share": stems(
    "share percentage percent proportion fraction rate ratio portion pct"
),
    "describe": stems(
    "describe description summary summarise summarize summarised overview statistics stats stat profile "
    "range quartiles quartile summaries"
),
    "show": stems(
    "show list display print rows records entries find see give display where details retrieve fetch "
    "return"
),
    "top": stems("top sort sorted rank ranked ranking order ordered descending ascending"),
    "distinct": stems(
    "distinct unique different distinctive possible kinds types varieties separate"
),
    "blanks": stems(
    "blank blanks missing empty null nulls na nan incomplete gap gaps unknown absent unfilled lack lacks "
    "lacking"
),
    "correlate": stems(
    "correlation correlate correlated correlates correlations relate related relation relationship "
    "association associated connection connected link linked depend depends dependent tied"
),
    "fill": stems(
    "fill filled filling impute imputed imputation predict predicted complete guess estimate infer"
),
    "plot": stems(
    "plot chart histogram graph scatter draw visualise visualize visualisation visualization bar bars "
    "barchart scatterplot distribution distributed plotted graphed charted diagram picture scattergram"
),
    "explain": stems("why explain reason reasons explanation"),
    "group": stems(
    "per each every by group grouped breakdown broken compare split across divided separately respective"
),
}  # fmt: skip
"""By operation, the words that ask for it, or that it is asked with."""
CUES = frozenset().union(*ASKING.values()) | frozenset(DIMENSIONS) | frozenset(ORDINALS) | frozenset(SMALL)
"""Every word that may ask for something."""
