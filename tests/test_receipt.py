from __future__ import annotations

import subprocess
import sys

from handful.receipt import Receipt


def burn() -> None:
    sum(i * i for i in range(300_000))


def test_a_receipt_stands_still_once_its_block_has_ended():
    with Receipt() as receipt:
        burn()
    before = receipt.to_dict()
    burn()
    assert receipt.to_dict() == before
    assert receipt.seconds > 0
    assert receipt.cpu_seconds > 0


def test_the_processor_time_of_ended_children_is_counted():
    with Receipt() as receipt:
        subprocess.run([sys.executable, "-c", "sum(i * i for i in range(3_000_000))"], check=True)
    with Receipt() as idle:
        pass
    assert receipt.cpu_seconds > idle.cpu_seconds


def test_peak_memory_holds_what_was_held_in_the_block():
    with Receipt() as receipt:
        held = b"\1" * (64 * 2**20)
    assert receipt.peak_mib is None or receipt.peak_mib > len(held) / 2**20


def test_the_line_says_all_three():
    with Receipt() as receipt:
        burn()
    line = receipt.line()
    assert " s, " in line
    assert "CPU s" in line
    assert receipt.peak_mib is None or "peak" in line
