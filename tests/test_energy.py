"""Joules: a number with its source and its range, and never called measured without a counter."""

from __future__ import annotations

import pytest

from handful.energy import Energy, has_meter
from handful.receipt import Receipt


def test_an_estimate_says_so_and_gives_its_range():
    estimate = Energy(41.7, 13.9, 125.3, "tdp-estimate")
    assert not estimate.measured
    assert estimate.line() == "about 42 J (14 to 130, estimated)"
    assert Energy(41.7, 20.0, 41.7, "rapl").line() == "42 J (20 to 42, rapl)"


def test_nothing_is_counted_unless_asked():
    with Receipt() as receipt:
        pass
    assert receipt.energy is None
    assert receipt.to_dict()["energy"] is None
    assert " J " not in receipt.line()


@pytest.mark.skipif(not has_meter(), reason="needs handful[energy]")
def test_the_meter_tells_joules_their_source_and_a_range_that_holds_them():
    receipt = Receipt()
    receipt.measure_energy()
    sum(number * number for number in range(3_000_000))
    energy = receipt.energy
    assert energy is not None
    assert energy.low <= energy.joules <= energy.high
    assert energy.joules > 0
    assert energy.measured == (energy.source != "tdp-estimate")
    assert receipt.energy is energy  # once read, it stands
    assert receipt.to_dict()["energy"]["source"] == energy.source
    assert energy.line() in receipt.line()
