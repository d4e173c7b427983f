"""Times things, and says how they compare with what was aimed for."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the table. value and aim are in `unit`; higher says whether more is better."""

    name: str
    what: str
    value: float
    aim: float
    unit: str
    higher: bool = False

    @property
    def reached(self) -> bool:
        return self.value >= self.aim if self.higher else self.value <= self.aim

    def row(self) -> str:
        sign = ">=" if self.higher else "<="
        mark = "yes" if self.reached else "NO"
        return f"{self.name:8} {self.what:58} {self.value:9.2f} {self.unit:4} {sign} {self.aim:6g}  {mark}"


def seconds(action: Callable[[], object], repeat: int = 5) -> float:
    """The shortest time of a few runs: what the work costs when nothing else disturbs it."""
    best = float("inf")
    for _ in range(repeat):
        began = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - began)
    return best
