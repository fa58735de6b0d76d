"""How often a log-in may fail: counted by address and by name, forgotten after a while."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

PER_NAME: Final = 10
PER_ADDRESS: Final = 20
SECONDS: Final = 15 * 60

_REMEMBERED: Final = 10_000


class Attempts:
    """Failed log-ins of the last 15 minutes; ``clock`` gives seconds.

    At most 10 for a name, from wherever they come, and 20 from an address (an IPv6 network of
    64 bits counts as one). An attempt counts from its beginning, so that many at once cannot
    slip through.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def begin(self, address: str, name: str) -> int:
        """Count an attempt and return 0; or the seconds to wait, where there were too many."""
        keys = _keys(address, name)
        now = self._clock()
        waits = [self._wait(key, most, now) for key, most in keys.items()]
        if any(waits):
            return max(waits)
        for key in keys:
            self._failed.setdefault(key, []).append(now)
            self._failed.move_to_end(key)
        while len(self._failed) > _REMEMBERED:
            self._failed.popitem(last=False)
        return 0

    def succeeded(self, address: str, name: str) -> None:
        """Take back what the attempt counted for, since it did not fail."""
        for key in _keys(address, name):
            times = self._failed.get(key)
            if times:
                times.pop()

    def _wait(self, key: tuple[str, str], most: int, now: float) -> int:
        recent = [begun for begun in self._failed.get(key, ()) if now - begun < SECONDS]
        if recent:
            self._failed[key] = recent
        else:
            self._failed.pop(key, None)
        return int(SECONDS - (now - recent[-most])) + 1 if len(recent) >= most else 0


def _keys(address: str, name: str) -> dict[tuple[str, str], int]:
    return {("name", name[:100]): PER_NAME, ("address", _network(address)): PER_ADDRESS}


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
