"""What a library is rebuilt from: its manifest and the report files, as far as they survived."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from index.errors import LibraryDamagedError, LibraryError, ReportError
from index.manifest import MANIFEST_FILE, DocumentRecord, FileRecord, Manifest
from index.publish import live_version, newest_version
from index.report_file import ReportFile, read_file
from index.reports import bundled_report
from index.sources import is_original


def rebuildable(path: Path) -> tuple[Path, Manifest]:
    """The live version's folder and manifest, even where they do not match ``CURRENT``.

    Raises LibraryError where there is no library, LibraryDamagedError where its manifest is lost.
    """
    try:
        live = live_version(path)
    except LibraryDamagedError:
        live = newest_version(path)
    if live is None:
        raise LibraryError(f"there is no library in {path}; mend: peel index add REPORT")
    manifest_path = live.folder / MANIFEST_FILE
    try:
        return live.folder, Manifest.from_bytes(manifest_path.read_bytes(), manifest_path)
    except (FileNotFoundError, LibraryDamagedError) as error:
        raise LibraryDamagedError(
            f"{manifest_path} is missing or damaged, so the reports in {path} are not known any "
            f"more; mend: delete {path} and add your reports again: peel index add REPORT"
        ) from error


def _kept(record: DocumentRecord, folder: Path) -> dict[str, bytes]:
    """What the library keeps beside a report, by suffix, as far as it can be read."""
    kept = {}
    for name in record.companions:
        with suppress(OSError):
            kept[name.removeprefix(f"sources/{record.document_id}")] = (folder / name).read_bytes()
    return kept


def original(record: DocumentRecord, manifest: Manifest, folder: Path) -> ReportFile:
    """The file that a document was read from: the stored copy or another with the same bytes.

    Raises LibraryDamagedError where none is left.
    """
    for path in (folder / record.file, Path(record.path)):
        with suppress(ReportError):
            file = read_file(path).beside(_kept(record, folder))
            if is_original(file, record, manifest.files):
                return replace(file, path=Path(record.path))
    bundled = read_file(bundled_report())
    if FileRecord.of(bundled.data) == manifest.files[record.file]:
        return replace(bundled, path=Path(record.path))
    raise LibraryDamagedError(
        f"the stored copy of report {record.document_id!r} is damaged and the file that it was "
        f"added from is gone or changed; mend: put that file back at {record.path}, or delete "
        f"{folder.parent.parent} and add your reports again: peel index add REPORT"
    )
