"""The bundled report in a library: whether it is the one that this release ships."""

from __future__ import annotations

from pathlib import Path

from index.corrections import CORRECTED_SUFFIX
from index.enrich import ENRICHED_SUFFIX
from index.manifest import FileRecord, Manifest
from index.report_file import read_file
from index.reports import bundled_report

# A release can be installed anywhere; within it the report has its place.
_WITHIN = 3


def is_bundled(path: Path) -> bool:
    """Whether a file is the bundled report, of this release or of another one."""
    return path.parts[-_WITHIN:] == bundled_report().parts[-_WITHIN:]


def holds_other_bundled(manifest: Manifest) -> bool:
    """Whether a library has the bundled report in other bytes than this release ships.

    The files that belong to it count too, but not what its user corrected or had written.
    Raises ReportError where the shipped file cannot be read.
    """
    record = next((one for one in manifest.documents if is_bundled(Path(one.path))), None)
    if record is None:
        return False
    shipped = read_file(bundled_report())
    ours = [FileRecord.of(data) for data in (shipped.data, *shipped.companions.values())]
    users = (CORRECTED_SUFFIX, ENRICHED_SUFFIX)
    return ours != [manifest.files[name] for name in record.sources if not name.endswith(users)]
