"""Run something in a forked child, and say what came out and what the first of it cost."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

# A child that takes longer is stopped; its row says so.
MOST_SECONDS = 1800
FORK = multiprocessing.get_context("fork")


def in_child(work: Callable[[], Iterator[Any]]) -> tuple[list[Any], dict[str, float], str]:
    """(all that `work` yields, the cost of its first item, its error or ""), from a child that nothing else ran in.

    The peak is the child's high-water mark. It starts with what its parent has loaded, so it holds the libraries
    of the method, the table, and what the method itself needs.
    """
    receiver, sender = FORK.Pipe(duplex=False)
    child = FORK.Process(target=_child, args=(work, sender))
    child.start()
    sender.close()
    try:
        if not receiver.poll(MOST_SECONDS):
            return [], {}, f"stopped after {MOST_SECONDS} seconds"
        answer: tuple[list[Any], dict[str, float], str] = receiver.recv()
        return answer
    except EOFError:
        child.join()
        return [], {}, f"the process died, exit code {child.exitcode}"
    finally:
        child.kill()
        child.join()


def _child(work: Callable[[], Iterator[Any]], sender: Connection) -> None:
    start, cpu = time.perf_counter(), cpu_seconds()
    results: list[Any] = []
    cost: dict[str, float] = {}
    error = ""
    try:
        for item in work():
            cost = cost or {
                "seconds": time.perf_counter() - start,
                "cpu_seconds": cpu_seconds() - cpu,
                "peak_mb": peak_mb(),
            }
            results.append(item)
    except Exception as problem:  # whatever a method raises is a row, and the run goes on
        error = f"{type(problem).__name__}: {problem}".splitlines()[0][:200]
    sender.send((results, cost, error))


def cpu_seconds() -> float:
    """Seconds of processor time, children included."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_mb() -> float:
    """The most memory that this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024**2 if sys.platform == "darwin" else peak / 1024
