"""The file of users, and ``peel user`` in a process of its own."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import pty
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_cli import ROOT, peel

from index.errors import AccountError
from ui.attempts import PER_ADDRESS, PER_NAME, SECONDS, Attempts
from ui.passwords import PasswordHash, check_password
from ui.users import Users, add_user, read_users, remove_user

GOOD = "nine brown dogs bark"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "users.json"
    add_user(path, "anna", GOOD)
    return path


def test_the_file_is_the_owners_and_holds_no_password(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text(encoding="utf-8")
    assert GOOD not in text
    entry = json.loads(text)["users"]["anna"]
    digest = hashlib.scrypt(
        GOOD.encode(),
        salt=base64.b64decode(entry["salt"]),
        n=32768,
        r=8,
        p=3,
        maxmem=2**27,
        dklen=32,
    )
    assert base64.b64decode(entry["hash"]) == digest
    add_user(file, "ben", GOOD)
    users = json.loads(file.read_text(encoding="utf-8"))["users"]
    assert users["anna"]["salt"] != users["ben"]["salt"]


def test_the_right_password_alone_is_right(file: Path) -> None:
    users = Users.open(file)
    assert users.check("anna", GOOD)
    assert not users.check("anna", GOOD.upper())
    assert not users.check("anna", "")
    assert not users.check("ben", GOOD)
    assert not users.check("", "")
    add_user(file, "zoe", "zoe\u0308 likes nine dogs")
    assert users.check("zoe", "zo\u00eb likes nine dogs")


def test_changes_count_at_once_and_damage_lets_nobody_in(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    users = Users.open(file)
    before = users.stamp("anna")
    add_user(file, "ben", GOOD)
    assert users.check("ben", GOOD)
    assert users.stamp("anna") == before
    assert add_user(file, "anna", "eight brown dogs bark") is False
    assert users.stamp("anna") not in ("", before)
    remove_user(file, "ben")
    assert not users.check("ben", GOOD)
    file.chmod(0o644)
    assert not users.check("anna", "eight brown dogs bark")
    assert "nobody can log in" in caplog.text
    file.chmod(0o600)
    assert users.check("anna", "eight brown dogs bark")
    file.unlink()
    assert users.stamp("anna") == ""


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(AccountError, match=f"has the mode {mode:04o}.*chmod 600"):
        Users.open(file)


def _entry(**changes: Any) -> str:
    entry = {"n": 2**15, "r": 8, "p": 3, "salt": "A" * 24, "hash": "A" * 43 + "="} | changes
    return json.dumps({"users_format": 1, "users": {"anna": entry}})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"users_format": 2, "users": {}}',
        '{"users_format": 1, "users": {"anna": "nine brown dogs bark"}}',
        '{"users_format": 1, "users": {"anna": {}}}',
        _entry(n=2**30),
        _entry(n=2**15 + 1),
        _entry(n=2),
        _entry(p=0),
        _entry(p=True),
        _entry(p=10**6),
        _entry(salt=""),
        _entry(salt="§"),
        _entry(hash="AAAA"),
    ],
)
def test_a_file_that_is_not_as_written_is_refused(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(AccountError, match="is not a file of users"):
        read_users(file)


def test_a_file_without_users_serves_nobody(file: Path) -> None:
    remove_user(file, "anna")
    with pytest.raises(AccountError, match="holds no users; add one with: peel user add"):
        Users.open(file)
    with pytest.raises(AccountError, match="cannot be read"):
        Users.open(file.with_name("none"))


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("x" * 11, "it has 11 characters; take at least 12"),
        ("ab" * 10, "fewer than 5 different characters"),
        ("a1b2c3d4" * 33, "it has 264 characters; take at most 256"),
        ("annabella1234567", "it is little more than the name"),
        ("nine brown\0 dogs", "it holds a control character"),
    ],
)
def test_a_weak_password_is_refused_and_not_repeated(password: str, message: str) -> None:
    with pytest.raises(AccountError) as caught:
        check_password("annabella", password)
    assert message in str(caught.value)
    assert password not in str(caught.value)


@pytest.mark.parametrize("name", ["", "a:b", "a b", "-a", "x" * 65, "zoë", "../a", "<b>"])
def test_a_name_that_cannot_be_used_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(AccountError, match="cannot be a user's name"):
        add_user(tmp_path / "users.json", name, GOOD)
    assert list(tmp_path.iterdir()) == []


def test_a_hash_is_of_one_password() -> None:
    hashed = PasswordHash.of("one password")
    assert hashed.matches("one password")
    assert not hashed.matches("one password ")


def test_log_ins_that_fail_too_often_must_wait() -> None:
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    for number in range(PER_NAME):
        assert attempts.begin(f"10.0.0.{number}", "anna") == 0
    assert attempts.begin("10.0.1.1", "anna") == SECONDS + 1
    assert attempts.begin("10.0.1.1", "ben") == 0
    now[0] = SECONDS - 10.0
    assert attempts.begin("10.0.1.1", "anna") == 11
    now[0] = SECONDS + 0.0
    assert attempts.begin("10.0.1.1", "anna") == 0


def test_an_address_must_wait_whatever_names_it_tries() -> None:
    attempts = Attempts(lambda: 5.0)
    for number in range(PER_ADDRESS):
        assert attempts.begin(f"2001:db8::{number:x}", f"user{number}") == 0
    assert attempts.begin("2001:db8::ffff", "other") > 0
    assert attempts.begin("2001:db8:0:1::1", "other") == 0


@given(st.lists(st.booleans(), max_size=60))
def test_log_ins_that_go_well_never_count(outcomes: list[bool]) -> None:
    attempts = Attempts(lambda: 0.0)
    failed = 0
    for goes_well in outcomes:
        wait = attempts.begin("10.0.0.1", "anna")
        assert bool(wait) == (failed >= PER_NAME)
        if not wait and goes_well:
            attempts.succeeded("10.0.0.1", "anna")
        elif not wait:
            failed += 1


def test_users_are_added_listed_and_removed_by_commands(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli", "user", "add", "anna", "--auth-file", str(path),
         "--password-stdin"],
        cwd=ROOT, input=f"{GOOD}\n", capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "added: anna\n")
    file = ("--auth-file", str(path))
    assert peel("user", "list", *file, library=tmp_path).stdout == "anna\n"
    done = peel("user", "remove", "ben", *file, library=tmp_path, status=1)
    assert "there is no user 'ben'" in done.stderr
    assert peel("user", "remove", "anna", *file, library=tmp_path).stdout == "removed: anna\n"
    assert peel("user", "list", *file, library=tmp_path).stdout == ""


def test_the_password_is_asked_for_twice_and_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "ui.cli", "user", "add", "anna", "--auth-file", str(path)],
        cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    shown = ""
    for prompt in ("Password: ", "Repeat for confirmation: "):
        deadline = time.monotonic() + 60
        while not shown.endswith(prompt) and time.monotonic() < deadline:
            shown += os.read(terminal, 1000).decode()
        time.sleep(0.3)  # until the terminal shows nothing of what is typed
        os.write(terminal, f"{GOOD}\n".encode())
    assert process.wait(60) == 0
    shown += os.read(terminal, 1000).decode()
    os.close(terminal)
    assert "added: anna" in shown
    assert GOOD not in shown
    assert Users.open(path).check("anna", GOOD)
