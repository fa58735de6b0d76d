"""The report that the product ships with, and what is known of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

BUNDLED = "city-of-london-peel-2017"
_HERE = Path(__file__).resolve().parent


def bundled_report() -> Path:
    """The file of the bundled report."""
    return _HERE / f"{BUNDLED}.txt"


def sidecar_metadata(report: Path) -> dict[str, str]:
    """What a JSON file of the same name beside a report says of it; empty where there is none.

    Keys in use: title, publisher, published, licence, licence_url, source_url. Raises
    ValueError where the file is not a JSON object of strings.
    """
    sidecar = report.with_suffix(".json")
    if not os.path.isfile(sidecar):
        return {}
    data = json.loads(sidecar.read_text(encoding="utf-8"))
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise ValueError(f"{sidecar.name} is not a JSON object whose values are strings")
    return data
