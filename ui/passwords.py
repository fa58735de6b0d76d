"""Names, passwords and their salted hashes by scrypt (RFC 7914)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Final

from index.errors import AccountError

MIN_CHARACTERS: Final = 12
MAX_CHARACTERS: Final = 256
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
SALT_BYTES, HASH_BYTES = 16, 32

_MIN_DIFFERENT: Final = 5
# 32 MiB and about 0.2 s a try; as hard as OWASP's first choice (n 2^17, p 1) with less memory.
_N, _R, _P = 2**15, 8, 3
_MEMORY: Final = 256 * 2**20


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """A password by scrypt with cost ``n``, block size ``r`` and parallelism ``p``.

    ``salt`` and ``hash`` are in Base64.
    """

    n: int
    r: int
    p: int
    salt: str
    hash: str

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """The hash of a password under a new salt."""
        salt = secrets.token_bytes(SALT_BYTES)
        digest = _scrypt(password, salt, _N, _R, _P)
        return cls(_N, _R, _P, _encoded(salt), _encoded(digest))

    def matches(self, password: str) -> bool:
        """Whether it is of this password; takes as long for any password."""
        found = _scrypt(password, base64.b64decode(self.salt), self.n, self.r, self.p)
        return hmac.compare_digest(found, base64.b64decode(self.hash))


def check_name(name: str) -> None:
    """Raises AccountError for a name that cannot be used."""
    if not NAME.fullmatch(name):
        raise AccountError(
            f"{name!r} cannot be a user's name; take at most 64 letters, digits and . _ @ - and "
            "begin with a letter or a digit"
        )


def check_password(name: str, password: str) -> None:
    """Raises AccountError, without the password in it, for one that is too weak or too long."""
    plain = password.casefold()
    if len(password) < MIN_CHARACTERS:
        fault = f"it has {len(password)} characters; take at least {MIN_CHARACTERS}"
    elif len(password) > MAX_CHARACTERS:
        fault = f"it has {len(password)} characters; take at most {MAX_CHARACTERS}"
    elif len(set(plain)) < _MIN_DIFFERENT:
        fault = f"it has fewer than {_MIN_DIFFERENT} different characters; take more"
    elif name.casefold() in plain and len(plain) - len(name) < MIN_CHARACTERS:
        fault = "it is little more than the name; take other words"
    elif any(unicodedata.category(character) in ("Cc", "Cs") for character in password):
        fault = "it holds a control character; type it anew"
    else:
        return
    raise AccountError(f"this password cannot be used: {fault}")


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    typed = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(typed, salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=HASH_BYTES)


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
