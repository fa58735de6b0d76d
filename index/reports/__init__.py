"""The report that the product ships with, and what is known of it."""

from __future__ import annotations

import json
from pathlib import Path

BUNDLED = "city-of-london-peel-2017"
_HERE = Path(__file__).resolve().parent


def bundled_report() -> Path:
    """The file of the bundled report."""
    return _HERE / f"{BUNDLED}.txt"


def sidecar_metadata(data: bytes, name: str) -> dict[str, str]:
    """What a JSON file of the same name beside a report says of it; ``name`` is that file's.

    Keys in use: title, publisher, published, licence, licence_url, source_url. Raises
    ValueError where the file is not a JSON object of strings.
    """
    found = json.loads(data.decode("utf-8"))
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ValueError(f"{name} is not a JSON object whose values are strings")
    return found
