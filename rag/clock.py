"""How long each stage of a question took."""

from __future__ import annotations

import time


class Clock:
    """Seconds spent in each stage, counted from when it is made."""

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """Counts the time since the last lap for a stage."""
        now = time.perf_counter()
        self._laps[name] = round(self._laps.get(name, 0.0) + now - self._last, 4)
        self._last = now

    def laps(self) -> dict[str, float]:
        """The seconds of each stage, and in total."""
        return {**self._laps, "total": round(self._last - self._began, 4)}
