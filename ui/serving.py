"""``peel chat``: the chat in a browser, and its functions for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui.common import LibraryOption, pipeline
from ui.enriching import ApiKey, BaseUrl, Model, Timeout
from ui.llm_commands import writer_if_set
from ui.progress import err, say


def chat(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 7860,
    root_path: Annotated[
        str,
        typer.Option(
            help="Where a proxy has put the chat: a path (/peel) or the whole address.",
            envvar="PEEL_ROOT_PATH",
            show_default="none",
        ),
    ] = "",
    auth_file: Annotated[
        Path | None,
        typer.Option(
            help="Let only the users of this file in; see 'peel user add'.",
            envvar="PEEL_AUTH_FILE",
            show_default="everyone who can reach the address",
        ),
    ] = None,
    allow_anonymous: Annotated[
        bool, typer.Option("--allow-anonymous", help="Serve a public address without log-in.")
    ] = False,
    mcp: Annotated[
        bool, typer.Option("--mcp", help="Serve the tools for assistants too (MCP, at /mcp).")
    ] = False,
    uploads: Annotated[
        bool,
        typer.Option(
            "--uploads/--no-uploads",
            help="Let people ask reports of their own, which nobody else sees and nothing keeps.",
        ),
    ] = True,
    allow_changes: Annotated[
        bool,
        typer.Option(
            "--allow-changes",
            help="Let everyone in the chat add reports to the library, correct and remove them.",
        ),
    ] = False,
    base_url: BaseUrl = None,
    model: Model = None,
    api_key: ApiKey = None,
    timeout: Timeout = None,
    library: LibraryOption = None,
) -> None:
    """Open the chat in a browser: questions at the left, the report at the right.

    Examples:

        peel chat --mcp

        peel user add anna --auth-file users.json

        peel chat --host 0.0.0.0 --auth-file users.json --allow-changes
    """
    from ui.own import UploadLimits
    from ui.serve import Serving

    users = None
    if auth_file is not None:
        from ui.users import Users

        users = Users.open(auth_file)
    writer = writer_if_set(base_url, model, api_key, timeout)
    serving = Serving(
        host,
        port,
        root_path,
        users,
        allow_anonymous,
        mcp,
        writer=writer,
        uploads=UploadLimits() if uploads else UploadLimits(visitors=0),
        allow_changes=allow_changes,
    )
    if serving.prefix and users is None:
        say("without --auth-file, everyone whom the proxy lets through can ask", "yellow")
    err.print("Opening the library ...")
    qa = pipeline(library)
    qa.warm()
    from ui.server import serve

    def ready(url: str) -> None:
        say(f"The chat is at {url} (Ctrl+C ends it)")
        if writer is not None:
            say(f"{writer.name} may write answers; until chosen they are the report's words")
        if mcp:
            say(f"Tools for assistants (MCP, streamable HTTP) are at {url}/mcp")

    serve(qa, serving, ready)
