"""``peel user``: who may log in to a served chat."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from index.errors import AccountError
from ui.common import echo

user_app = typer.Typer(help="The people who may log in to the chat.")

AuthFile = Annotated[
    Path, typer.Option("--auth-file", help="The file of users.", envvar="PEEL_AUTH_FILE")
]


@user_app.command("add")
def user_add(
    name: Annotated[str, typer.Argument(help="The name to log in with.")],
    auth_file: AuthFile,
    from_stdin: Annotated[
        bool,
        typer.Option(
            "--password-stdin", help="Read the password from the standard input, for scripts."
        ),
    ] = False,
) -> None:
    """Add a user, or give one another password. It is asked for, and not shown.

    The file keeps a salted hash and never the password.
    """
    from ui.passwords import check_name
    from ui.users import add_user

    check_name(name)
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        raise AccountError(
            "there is no terminal to ask for the password; use --password-stdin in scripts"
        )
    is_new = add_user(auth_file, name, password)
    echo(f"{'added' if is_new else 'password changed'}: {name}")


@user_app.command("remove")
def user_remove(
    name: Annotated[str, typer.Argument(help="The user's name.")], auth_file: AuthFile
) -> None:
    """Remove a user, who is then logged out of a running chat too."""
    from ui.users import remove_user

    remove_user(auth_file, name)
    echo(f"removed: {name}")


@user_app.command("list")
def user_list(auth_file: AuthFile) -> None:
    """List the users."""
    from ui.users import read_users

    for name in read_users(auth_file):
        echo(name)
