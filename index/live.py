"""The live version of a library: read and checked, or made of what was taken in."""

from __future__ import annotations

from pathlib import Path

from index import kept
from index.config import IndexConfig
from index.embed import Encoder
from index.intake import Intake
from index.kept import made_folder
from index.manifest import Manifest
from index.publish import Live, publish, read_live
from index.store import FaissStore
from index.version import Version, read_version, write_version
from index.weights import find_model


def read_current(path: Path, config: IndexConfig, encoder: Encoder | None) -> Version:
    """The live version of the library in a folder; raises as ``Library.open`` does."""
    return read_live(path, lambda live: read_as(live, config, encoder))


def read_as(live: Live, config: IndexConfig, encoder: Encoder | None) -> Version:
    """A version, read with these settings and this model; raises as ``Library.open`` does."""

    def check(manifest: Manifest) -> None:
        manifest.check_config(config)
        if encoder is not None:
            manifest.check_model(encoder.model_hash, encoder.dimension)
        else:
            manifest.check_model(find_model(config)[1], manifest.dimension)

    return read_version(live, check)


def publish_version(
    path: Path,
    config: IndexConfig,
    intake: Intake,
    store: FaissStore,
    model_hash: str,
    base: Version | None,
) -> Version:
    """The next version, of an intake and the store, made live; the first without a ``base``.

    What was kept of texts that no report has any more goes.
    """
    intake.tell("saving", 0, 1)
    records = tuple(intake.records.values())
    manifests: list[Manifest] = []

    def fill(folder: Path) -> None:
        manifests.append(
            write_version(folder, records, intake.files, store, config, model_hash, base)
        )

    live = publish(path, fill)
    texts = {record.text_sha256 for record in records}
    kept.drop(made_folder(path), lambda key: key.partition(".")[0] not in texts)
    intake.tell("saving", 1, 1)
    reports = {
        **(base.reports if base else {}),
        **{one.record.document_id: one for one in intake.reports},
    }
    return Version(
        live.folder,
        live.manifest_sha256 or "",
        manifests[0],
        {record.document_id: reports[record.document_id] for record in records},
        store,
    )
