"""A report file's bytes, with those of the files beside it that belong to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from index.corrections import CORRECTED_SUFFIX
from index.enrich import ENRICHED_SUFFIX
from index.enrich import SUFFIX as QUESTIONS_SUFFIX
from index.errors import ReportError

METADATA_SUFFIX = ".json"
# What belongs to a report: its description, the questions written for it, what a user corrected.
_COMPANIONS = (METADATA_SUFFIX, QUESTIONS_SUFFIX, ENRICHED_SUFFIX, CORRECTED_SUFFIX)


@dataclass(frozen=True)
class ReportFile:
    """A report file's bytes and, by suffix, those of the files beside it that belong to it."""

    path: Path
    data: bytes
    companions: dict[str, bytes]

    def beside(self, companions: Mapping[str, bytes]) -> ReportFile:
        """The file with further companions, all in the order in which they are stored."""
        every = {**self.companions, **companions}
        return replace(
            self, companions={name: every[name] for name in _COMPANIONS if name in every}
        )


def read_file(path: Path) -> ReportFile:
    """The bytes of a report file and of those that belong to it; raises ReportError."""
    try:
        beside = {suffix: path.with_name(path.stem + suffix) for suffix in _COMPANIONS}
        return ReportFile(
            path,
            path.read_bytes(),
            {suffix: file.read_bytes() for suffix, file in beside.items() if os.path.isfile(file)},
        )
    except (OSError, ValueError) as error:
        raise ReportError(f"{path.name}: cannot be read: {error}") from error
