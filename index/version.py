"""One version of a library: read whole and verified, or written; never changed."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from index.config import IndexConfig
from index.errors import LibraryDamagedError
from index.manifest import MANIFEST_FILE, REBUILD, DocumentRecord, FileRecord, Manifest
from index.publish import Live
from index.sources import Report, stored_report
from index.store import NODES_FILE, VECTORS_FILE, FaissStore


@dataclass(frozen=True)
class Version:
    """What readers of a library hold: it stays as it is while a newer one is published.

    ``fingerprint`` is the SHA-256 of the manifest, which names the hash of every other file.
    """

    folder: Path
    fingerprint: str
    manifest: Manifest
    reports: dict[str, Report]
    store: FaissStore


def read_version(live: Live, check: Callable[[Manifest], None]) -> Version:
    """Read a version, every file compared with the manifest before it is used.

    ``check`` sees the manifest first and raises where the version is not wanted. Raises
    LibraryDamagedError, naming every damaged file, and FileNotFoundError.
    """
    manifest, fingerprint = read_manifest(live)
    check(manifest)
    contents = {
        name: data for name, data in _files(live, manifest) if not name.startswith("sources/")
    }
    try:
        return Version(
            live.folder,
            fingerprint,
            manifest,
            {
                record.document_id: stored_report(record, contents[record.content])
                for record in manifest.documents
            },
            FaissStore.from_bytes(contents[VECTORS_FILE], contents[NODES_FILE]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise LibraryDamagedError(f"{live.folder} is no library ({error!r}); {REBUILD}") from error


def check_files(live: Live) -> None:
    """Compare every file with the manifest, as ``read_version`` does, and raise what it raises."""
    for _ in _files(live, read_manifest(live)[0]):
        pass


def read_manifest(live: Live) -> tuple[Manifest, str]:
    """The manifest and its SHA-256; raises LibraryDamagedError where it is not as written."""
    path = live.folder / MANIFEST_FILE
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if live.manifest_sha256 not in (None, digest):
        raise LibraryDamagedError(
            f"{path} was changed: expected SHA-256 {live.manifest_sha256}, found {digest}; "
            f"{REBUILD}"
        )
    return Manifest.from_bytes(data, path), digest


def write_version(
    folder: Path,
    records: Sequence[DocumentRecord],
    new_files: Mapping[str, bytes],
    store: FaissStore,
    config: IndexConfig,
    model_hash: str,
    base: Version | None,
) -> Manifest:
    """Write a version into an empty folder; files that are not new are linked from ``base``."""
    files: dict[str, FileRecord] = {}
    for name in (name for record in records for name in record.files):
        (folder / name).parent.mkdir(exist_ok=True)
        if name in new_files:
            (folder / name).write_bytes(new_files[name])
            files[name] = FileRecord.of(new_files[name])
        elif base is not None:
            _link(base.folder / name, folder / name)
            files[name] = base.manifest.files[name]
    store.persist(folder)
    for name in (VECTORS_FILE, NODES_FILE):
        files[name] = FileRecord.of((folder / name).read_bytes())
    manifest = Manifest(
        config=asdict(config),
        config_fingerprint=config.fingerprint(),
        model_hash=model_hash,
        dimension=store.dimension,
        documents=tuple(records),
        files=files,
    )
    (folder / MANIFEST_FILE).write_bytes(manifest.to_bytes())
    return manifest


def faults(version: Version) -> list[str]:
    """What contradicts itself in a version whose files are as they were written."""
    found = []
    nodes = {node.node_id: node for node in version.store.get_nodes()}
    lengths = np.linalg.norm(version.store.vectors(), axis=1)
    passages = [passage for report in version.reports.values() for passage in report.passages]
    for name, report in version.reports.items():
        document = report.document
        digest = hashlib.sha256(document.text.encode()).hexdigest()
        if not digest == document.sha256 == report.record.text_sha256:
            found.append(f"{name}: the text has SHA-256 {digest}, not {document.sha256}")
        found += [
            f"{name}: the passage at {passage.start}-{passage.end} is not the text there"
            for passage in report.passages
            if document.text[passage.start : passage.end] != passage.text
        ]
    found += [
        f"{passage.document_id}: the node of the passage at {passage.start}-{passage.end} "
        "is missing or has another text"
        for passage in passages
        if passage.passage_id not in nodes
        or nodes[passage.passage_id].get_content() != passage.text
    ]
    if len(nodes) != len(passages):
        found.append(f"there are {len(nodes)} nodes for {len(passages)} passages")
    if not np.allclose(lengths, 1, atol=1e-4):
        found.append("there are vectors whose length is not 1")
    files = {
        path.relative_to(version.folder).as_posix()
        for path in version.folder.rglob("*")
        if path.is_file()
    }
    foreign = files - version.manifest.files.keys() - {MANIFEST_FILE}
    found += [f"{version.folder / name} does not belong there" for name in sorted(foreign)]
    return found


def _files(live: Live, manifest: Manifest) -> Iterator[tuple[str, bytes]]:
    """Every file with its content; raises LibraryDamagedError once all are read, naming them."""
    damaged: list[str] = []
    for name, record in manifest.files.items():
        data = (live.folder / name).read_bytes()
        if FileRecord.of(data) == record:
            yield name, data
        else:
            damaged.append(name)
    if damaged:
        raise LibraryDamagedError(
            f"changed since they were written in {live.folder}: {', '.join(damaged)}; {REBUILD}"
        )


def _link(source: Path, target: Path) -> None:
    """A second name for an unchanged file, or a copy where the disk has no links."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
