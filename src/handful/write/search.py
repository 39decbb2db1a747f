"""Programs found from examples: searched on a handful, verified on all, accepted where they say it in fewer bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handful.write.bits import bits_of_outputs
from handful.write.lookups import whole_look_ups
from handful.write.novelty import signature
from handful.write.paths import shortest_paths
from handful.write.pieces import MOST_CHARACTERS
from handful.write.pool import Budget, Cells, pool_of
from handful.write.program import Program, Programs, Runner, shared_edges
from handful.write.row import Row
from handful.write.switches import switched

__all__ = ["find_programs"]

SEARCHED = 6
"""Examples that programs are searched on; what others say against them joins, up to so many more."""
MOST_SEARCHED = 12
MOST_PROGRAMS = 64
MOST_COLUMNS = 16
MARGIN = 12.0
"""Bits that a program must save: a coincidence that saves twelve has a chance of one in four thousand."""
MANY, FEW_EXCEPTIONS = 20, 0.05
"""From so many examples on, this share of them may be typos."""
STEPS_A_SECOND = 120_000
SWITCH_STEPS = 50_000
"""Of these a second, for programs with a switch: where there is no program at all, most time would go there."""
_ATTEMPTS = 4
LEFT_OUT, LEFT_OUT_STEPS, LEFT_OUT_COLUMNS = 4, 60_000, 4
_LONGEST_SEARCHED = 2_000


@dataclass(frozen=True, slots=True)
class Example:
    """A row with its output, and its number among those given."""

    row: Row
    output: str
    number: int


def find_programs(
    rows: Sequence[Row], outputs: Sequence[str], *, at_most_seconds: float = 2.5
) -> Programs | None:
    """The programs that explain the outputs, the simplest first; None where none does in fewer bits.

    The work is counted, not timed (`STEPS_A_SECOND` on a slow core), so that the same examples, in any order,
    give the same programs on every machine. Columns are told apart by content: their names change the text only.
    """
    examples = _canonical(rows, outputs)
    usable = [each for each in examples if _searchable(each)]
    if len(usable) < 3 or 2 * len(usable) < len(examples):
        return None
    names = _columns(usable)
    budget = Budget(int(at_most_seconds * STEPS_A_SECOND))
    allowed = int(FEW_EXCEPTIONS * len(examples)) if len(examples) >= MANY else 0
    found = _found(usable, names, budget, allowed + len(usable) - len(examples))
    found += whole_look_ups([e.row for e in usable], [e.output for e in usable], names)
    plain = _judged(found, examples, allowed)
    if not plain:
        budget = Budget(min(budget.left, int(SWITCH_STEPS * at_most_seconds)))
        found = switched([e.row for e in usable], [e.output for e in usable], names, budget, _concatenations)
        plain = _judged(found, examples, allowed)
    if not plain:
        return None
    accepted = _accepted(plain, examples)
    return _programs(accepted, examples, names) if accepted else None


def _canonical(rows: Sequence[Row], outputs: Sequence[str]) -> list[Example]:
    """The filled examples in an order by content, whatever the order of the rows and the columns' names."""
    pairs = zip(rows, outputs, strict=True)
    examples = [Example(row, output, number) for number, (row, output) in enumerate(pairs) if output.strip()]
    # the columns' names come last: they only tell apart what would else stand as it was given
    return sorted(
        examples, key=lambda e: (len(e.output), e.output, sorted(e.row.values()), sorted(e.row.items()))
    )


def _searchable(example: Example) -> bool:
    longest = max(map(len, example.row.values()), default=0)
    return 0 < longest <= MOST_CHARACTERS and len(example.output) <= _LONGEST_SEARCHED


def _columns(examples: Sequence[Example]) -> list[str]:
    """The columns in an order by content, of equal ones the first by name; those that share most with the outputs."""
    names = sorted({name for each in examples for name in each.row})
    contents: dict[tuple[str, ...], str] = {}
    for name in names:
        contents.setdefault(tuple(each.row.get(name, "") for each in examples), name)
    ordered = sorted(contents)
    if len(ordered) > MOST_COLUMNS:
        ordered = sorted(sorted(ordered, key=lambda cells: -_shared(cells, examples))[:MOST_COLUMNS])
    return [contents[cells] for cells in ordered]


def _shared(cells: Sequence[str], examples: Sequence[Example]) -> float:
    """How much of the cells' pairs of characters the outputs share."""
    share = 0.0
    for cell, example in zip(cells[:50], examples[:50], strict=False):
        own = {cell[i : i + 2].lower() for i in range(min(len(cell), 200))}
        output = example.output.lower()
        share += sum(pair in output for pair in own) / (len(own) or 1)
    return share


def _found(examples: Sequence[Example], names: Sequence[str], budget: Budget, allowed: int) -> list[Program]:
    """Programs searched on samples of the examples, until they explain enough; those that explain the most."""
    best: list[Program] = []
    fewest = len(examples)
    for sample in _samples(examples, names, allowed):
        found, misses = _refined(sample, examples, names, budget, allowed)
        if misses < fewest:
            best, fewest = found, misses
        if fewest <= max(0, allowed) or budget.left <= 0:
            break
    return best


def _samples(examples: Sequence[Example], names: Sequence[str], allowed: int) -> list[list[Example]]:
    """All of a handful; of many examples a few, and other few where some may be typos."""
    spread = _spread(examples)
    if len(spread) <= SEARCHED + 2:
        return [spread]
    starts = [number * SEARCHED for number in range(_ATTEMPTS if allowed > 0 else 1)]
    few = [[spread[(start + i) % len(spread)] for i in range(SEARCHED)] for start in starts]
    return [*few, *_keyed(examples, names)]


def _refined(
    sample: list[Example], examples: Sequence[Example], names: Sequence[str], budget: Budget, allowed: int
) -> tuple[list[Program], int]:
    """Programs for a sample, searched anew with examples they do not explain; and how many they leave so."""
    best: list[Program] = []
    fewest = len(examples)
    for _ in range(_ATTEMPTS):
        found = _concatenations([e.row for e in sample], [e.output for e in sample], names, budget)
        if not found:
            break
        judged = _wrong(found, examples)
        if min(map(len, judged)) < fewest:
            best, fewest = found, min(map(len, judged))
        if not judged[0] or len(sample) >= MOST_SEARCHED or fewest <= allowed // 2:
            break
        against = _spread(_numbered(examples, judged[0]))
        sample = sample + [each for each in against if each not in sample][:2]
    return best, fewest


def _spread(examples: Sequence[Example]) -> list[Example]:
    """The examples in an order in which neighbours differ, none twice: steps of the golden section."""
    distinct = list({(tuple(sorted(e.row.values())), e.output): e for e in examples}.values())
    return [e for _, e in sorted(enumerate(distinct), key=lambda item: item[0] * 0.6180339887498949 % 1.0)]


def _concatenations(
    rows: Sequence[Row], outputs: Sequence[str], names: Sequence[str], budget: Budget
) -> list[Program]:
    """All concatenations that explain these rows, the shortest first."""
    order = sorted(range(len(rows)), key=lambda i: (len(outputs[i]), i))
    cells: Cells = {name: tuple(rows[i].get(name) for i in order) for name in names}
    written = [outputs[i] for i in order]
    paths = shortest_paths(written, pool_of(cells, written, budget), budget, MOST_PROGRAMS)
    return [Program(pieces, bits) for bits, pieces in paths]


def _keyed(examples: Sequence[Example], names: Sequence[str]) -> list[list[Example]]:
    """Samples with every value of a column twice, where it has few: for pieces that are looked up."""
    samples = []
    for name in names:
        groups: dict[str, list[Example]] = {}
        for each in _spread(examples):
            groups.setdefault(each.row.get(name, ""), []).append(each)
        often = [group for group in groups.values() if len(group) > 1]
        if 2 <= len(often) <= MOST_SEARCHED // 2 and sum(map(len, often)) >= 0.95 * len(examples):
            samples.append([each for group in often for each in group[:2]])
    return samples[:3]


def _wrong(programs: Sequence[Program], examples: Sequence[Example]) -> list[tuple[int, ...]]:
    """For each program the numbers of the examples that it does not explain."""
    runner, wrong = Runner(programs), [[] for _ in programs]  # type: tuple[Runner, list[list[int]]]
    for example in examples:
        for own, text in zip(wrong, runner.texts(example.row), strict=True):
            if text != example.output:
                own.append(example.number)
    return [tuple(own) for own in wrong]


def _numbered(examples: Sequence[Example], numbers: Sequence[int]) -> list[Example]:
    chosen = set(numbers)
    return [each for each in examples if each.number in chosen]


def _judged(
    programs: Sequence[Program], examples: Sequence[Example], allowed: int
) -> list[tuple[Program, tuple[int, ...]]]:
    """The programs that leave the fewest examples unexplained, if these are few; the shortest first."""
    judged = list(zip(programs, _wrong(programs, examples), strict=True))
    fewest = min((len(wrong) for _, wrong in judged), default=len(examples))
    if fewest > allowed:
        return []
    return sorted(((p, w) for p, w in judged if len(w) == fewest), key=lambda each: each[0].bits)


def _accepted(
    judged: Sequence[tuple[Program, tuple[int, ...]]], examples: Sequence[Example]
) -> list[tuple[Program, tuple[int, ...]]]:
    """Those that say the outputs in fewer bits, exceptions included, than the outputs themselves need."""
    outputs = {each.number: each.output for each in examples}
    cells = {cell for each in examples for cell in each.row.values()}
    needed = bits_of_outputs(list(outputs.values()), cells)
    return [
        (program, wrong)
        for program, wrong in judged
        if program.bits + MARGIN + sum(8.0 + 4.5 * len(outputs[number]) for number in wrong) < needed
    ]


def _programs(
    accepted: Sequence[tuple[Program, tuple[int, ...]]],
    examples: Sequence[Example],
    names: Sequence[str],
) -> Programs:
    best, wrong = accepted[0]
    seen: list[tuple[str, ...]] = []
    for piece in best.all_pieces:
        rows = [e.row for e in examples if any(piece is each for each in best.pieces_for(e.row))]
        seen.append(
            tuple(sorted({signature(piece, row) for row in rows})) if piece.column is not None else ()
        )
    return Programs(
        best=best,
        others=tuple(program for program, _ in accepted[1:]),
        examples=len(examples),
        exceptions=len(wrong),
        unexplained=tuple(sorted(wrong)),
        seen=tuple(seen),
        stability=_stability(
            best, _numbered(examples, [e.number for e in examples if e.number not in wrong]), names
        ),
        edges=shared_edges([e.output for e in examples if e.number not in wrong]),
    )


def _stability(best: Program, examples: Sequence[Example], names: Sequence[str]) -> float:
    """Share of a few examples, left out in turn, that the best program found without them explains."""
    kept = [each for each in examples if _searchable(each)]
    names = [*best.columns, *(name for name in names if name not in best.columns)][:LEFT_OUT_COLUMNS]
    if len(kept) > MOST_SEARCHED or len(kept) < 4:
        return 1.0
    right = 0
    left_out = _spread(kept)[:LEFT_OUT]
    for out in left_out:
        rows, outputs = zip(*((each.row, each.output) for each in kept if each is not out), strict=True)
        budget = Budget(LEFT_OUT_STEPS)
        if best.test is None:
            found = _concatenations(rows, outputs, names, budget)
            found += whole_look_ups(rows, outputs, names) if best.looks_up else []
        else:
            found = switched(rows, outputs, names, budget, _concatenations, like=best.test)
        right += bool(found) and found[0].run(out.row) == out.output
    return right / len(left_out)
