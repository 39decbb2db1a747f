"""Concatenations: the shortest ways from the start to the end of all outputs at once, piece by piece.

A place is a position in each output. The pieces that fit there lead to other places, so that the programs that
explain all examples are the paths of one graph: the version space of Gulwani (2011), "Automating string processing
in spreadsheets using input-output examples", intersected over the examples while it is built.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

from handful.write.bits import bits_of_constant
from handful.write.marks import shared_start
from handful.write.pieces import Piece
from handful.write.pool import Budget, Pool, Texts, Way
from handful.write.step import Step

__all__ = ["Path", "shortest_paths"]

Place = tuple[int, ...]
"""A position in every output, and at last whether a constant has just been written."""
Edge = tuple[Place, list[Way]]
Path = tuple[float, tuple[Piece, ...]]

MOST_PLACES = 3_000
NEAR = 11.0
"""Programs up to so many bits longer than the shortest count as alternatives: 2^-11 of its weight."""
_PER_PIECE = 1.0
_OPTIONAL = 5.0
_KEYED_PLACES, _MOST_STOPS, _MOST_PARTIAL, _MOST_PATHS_LOOKED_AT = 10, 150, 250, 4_000


def shortest_paths(outputs: Sequence[str], pool: Pool, budget: Budget, most: int) -> list[Path]:
    """Up to so many concatenations that write all outputs, the shortest first; none that is far longer."""
    graph = _Graph(outputs, pool, budget)
    graph.explore()
    return list(graph.paths(most))


class _Graph:
    """Places, and the pieces that lead from one to the next."""

    def __init__(self, outputs: Sequence[str], pool: Pool, budget: Budget) -> None:
        self.outputs, self.pool, self.budget = tuple(outputs), pool, budget
        self.ends = tuple(map(len, outputs))
        self.start: Place = (0,) * len(outputs) + (0,)
        self.edges: dict[Place, list[Edge]] = {}
        self.by_text: dict[str, list[tuple[Texts, list[Way]]]] = defaultdict(list)
        for texts, ways in pool.whole.items():
            self.by_text[texts[0] or ""].append((texts, ways))
        self.partial = [
            (texts, [i for i, text in enumerate(texts) if text is not None], ways)
            for texts, ways in sorted(pool.partial.items(), key=lambda item: item[1][0][0])[:_MOST_PARTIAL]
        ]
        self.lengths = sorted({len(text) for text in self.by_text})

    def explore(self) -> None:
        """Dijkstra's search from the start, until all places near the shortest path have been left."""
        order = count()
        known: dict[Place, float] = {self.start: 0.0}
        heap = [(0.0, next(order), self.start)]
        limit = float("inf")
        while heap and len(self.edges) < MOST_PLACES and self.budget.left > 0:
            bits, _, place = heapq.heappop(heap)
            if bits > limit:
                return
            if place in self.edges:
                continue
            if place[:-1] == self.ends:
                limit = min(limit, bits + NEAR)
                self.edges[place] = []
                continue
            self.edges[place] = list(self._leaving(place))
            self.budget.spend(4 * len(self.edges[place]) + 20)
            for after, ways in self.edges[place]:
                total = bits + ways[0][0] + _PER_PIECE
                if total < known.get(after, float("inf")) and total <= limit:
                    known[after] = total
                    heapq.heappush(heap, (total, next(order), after))

    def _leaving(self, place: Place) -> Iterator[Edge]:
        yield from self._pieces(place)
        if not place[-1]:
            yield from self._constants(place)
        if self.partial:
            yield from self._optional(place)
        if self.pool.keys and len(self.edges) < _KEYED_PLACES:
            yield from self._looked_up(place)

    def _pieces(self, place: Place) -> Iterator[Edge]:
        output, at = self.outputs[0], place[0]
        for length in self.lengths:
            for texts, ways in (
                self.by_text.get(output[at : at + length], ()) if at + length <= len(output) else ()
            ):
                if self._fits(texts, place):
                    yield self._after(place, texts), ways

    def _fits(self, texts: Texts, place: Place) -> bool:
        return all(
            output.startswith(text or "", at)
            for text, output, at in zip(texts, self.outputs, place, strict=False)
        )

    def _after(self, place: Place, texts: Texts) -> Place:
        return (*(at + len(text or "") for at, text in zip(place, texts, strict=False)), 0)

    def _constants(self, place: Place) -> Iterator[Edge]:
        rest = [output[at:] for output, at in zip(self.outputs, place, strict=False)]
        shared = shared_start(rest)
        for length in range(1, len(shared) + 1):
            text = shared[:length]
            after = (*(at + length for at in place[:-1]), 1)
            yield after, [(bits_of_constant(text), Piece(before=text))]

    def _optional(self, place: Place) -> Iterator[Edge]:
        """Pieces left out where they are missing, with up to two characters on either side left out as well."""
        for texts, there, ways in self.partial:
            one = there[0]
            found = self.outputs[one].find(
                texts[one] or "", place[one], place[one] + 3 + len(texts[one] or "")
            )
            if found < 0:
                continue
            before = self.outputs[one][place[one] : found]
            ends = {i: place[i] + len(before) + len(texts[i] or "") for i in there}
            if not all(self.outputs[i].startswith(before + (texts[i] or ""), place[i]) for i in there):
                continue
            after = shared_start([self.outputs[i][ends[i] : ends[i] + 2] for i in there])
            for length in range(len(after) + 1):
                around = bits_of_constant(before) + bits_of_constant(after[:length]) - bits_of_constant("")
                longer = [
                    (
                        bits + around + _OPTIONAL,
                        replace(p, before=before, after=after[:length], optional=True),
                    )
                    for bits, p in ways[:4]
                ]
                yield (*(ends[i] + length if i in ends else place[i] for i in range(len(texts))), 0), longer

    def _looked_up(self, place: Place) -> Iterator[Edge]:
        """Look-ups: for every key a text of its own, which reaches to the next piece or to the end."""
        stops = {self.ends}
        for texts in self.pool.whole:
            found = tuple(
                output.find(text or "", at)
                for text, output, at in zip(texts, self.outputs, place, strict=False)
            )
            if min(found) >= 0 and len(stops) < _MOST_STOPS:
                stops.add(found)
        for keys, (bits, piece) in self.pool.keys.items():
            for stop in sorted(stops):
                table: dict[str, str] = {}
                for key, output, at, to in zip(keys, self.outputs, place, stop, strict=False):
                    text = output[at:to]
                    if not text or table.setdefault(key or "", text) != text:
                        break
                else:
                    if len(set(table.values())) > 1:
                        entries = tuple(text for entry in sorted(table.items()) for text in entry)
                        cost = sum(2.0 + bits_of_constant(text) for text in table.values()) + 6.0
                        step = Step("look up", entries)
                        yield (*stop, 0), [(bits + cost, replace(piece, steps=(*piece.steps, step)))]

    def paths(self, most: int) -> Iterator[Path]:
        """The shortest paths, best first, led by the exact distance to the end."""
        to_end = self._distances()
        if self.start not in to_end:
            return
        order, shown = count(), 0
        heap: list[tuple[float, int, float, Place, tuple[Piece, ...]]] = [
            (to_end[self.start], 0, 0.0, self.start, ())
        ]
        limit = to_end[self.start] + NEAR
        while heap and shown < most and next(order) < _MOST_PATHS_LOOKED_AT:
            _, _, bits, place, pieces = heapq.heappop(heap)
            if place[:-1] == self.ends:
                shown += 1
                yield bits, pieces
                continue
            for after, ways in self.edges.get(place, ()):
                for cost, piece in ways if after in to_end else ():
                    total = bits + cost + _PER_PIECE
                    whole = total + to_end[after]
                    if whole > limit:
                        break
                    heapq.heappush(heap, (whole, next(order), total, after, (*pieces, piece)))

    def _distances(self) -> dict[Place, float]:
        """From every place that leads to the end, the bits that are left."""
        back: dict[Place, list[tuple[Place, float]]] = defaultdict(list)
        for place, edges in self.edges.items():
            for after, ways in edges:
                back[after].append((place, ways[0][0] + _PER_PIECE))
        order = count()
        heap = [(0.0, next(order), (*self.ends, flag)) for flag in (0, 1)]
        known: dict[Place, float] = {}
        while heap:
            bits, _, place = heapq.heappop(heap)
            if place in known:
                continue
            known[place] = bits
            for before, cost in back[place]:
                if before not in known:
                    heapq.heappush(heap, (bits + cost, next(order), before))
        return known
