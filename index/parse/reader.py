"""The child process that reads one report: ``python -m index.parse.reader``.

Standard input holds a line of JSON, see ``index.parse.apart``, and then the file's bytes.
Standard output gets ``{"document": ...}``, or ``{"refused": "why"}``.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

from index.errors import ReportError
from index.parse.flow import Flow
from index.parse.limits import ReaderLimits


def main() -> None:
    """Read the file under its limits and answer."""
    job = json.loads(sys.stdin.buffer.readline())
    limits = ReaderLimits(**job.pop("limits"))
    confine(limits)
    answer = answered(sys.stdin.buffer.read(), job, limits)
    sys.stdout.buffer.write(json.dumps(answer).encode())


def confine(limits: ReaderLimits) -> None:
    """Give up what a hostile file could use: memory, time, disk, further processes."""
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_FSIZE, limits.output),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def answered(data: bytes, job: dict[str, Any], limits: ReaderLimits) -> dict[str, Any]:
    """What is answered for a file: its document, or why it is refused."""
    from index.parse.compose import compose

    try:
        flow = _flow(data, job.pop("format"), limits)
        _check(flow, limits)
        return {"document": compose(flow, **job).to_dict()}
    except ReportError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {
            "refused": f"its content needs more than {limits.memory >> 20:,} MiB of memory; "
            "split it into several files, or save it as text"
        }
    except Exception as error:  # whatever a parser raises on a damaged file costs that file alone
        return {
            "refused": f"its reader failed ({error!r:.200}); the file is damaged, or has something "
            "that is not understood here: save the report as text"
        }


def _flow(data: bytes, file_format: str, limits: ReaderLimits) -> Flow:
    if file_format == "pdf":
        from index.parse.pdf.read import read_pdf

        return read_pdf(data, limits)
    if file_format == "html":
        from index.parse.web import read_html

        return read_html(data, limits)
    if file_format == "mhtml":
        from index.parse.archive import read_mhtml

        return read_mhtml(data, limits)
    from index.parse.word import read_docx

    return read_docx(data, limits)


def _check(flow: Flow, limits: ReaderLimits) -> None:
    characters = sum(len(element.text) for element in flow.elements)
    if characters > limits.characters:
        raise ReportError(
            f"it has {characters:,} characters, more than the {limits.characters:,} that are read; "
            "split it into several files"
        )


if __name__ == "__main__":
    main()
