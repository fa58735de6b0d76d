"""Word documents put together by hand: the parts that every one has, and what is asked for."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

_OFFICE = "http://schemas.openxmlformats.org"
_WORD = f'xmlns:w="{_OFFICE}/wordprocessingml/2006/main"'
_RELATIONS = f'xmlns="{_OFFICE}/package/2006/relationships"'
_KIND = f"{_OFFICE}/officeDocument/2006/relationships"


def paragraph(text: str, style: str = "", *, bold: bool = False, extra: str = "") -> str:
    """A paragraph in one of the styles Title and Heading1, or in none."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    weight = "<w:rPr><w:b/></w:rPr>" if bold else ""
    words = f"<w:r>{weight}<w:t>{escape(text)}</w:t></w:r>"
    return f"<w:p><w:pPr>{named}{extra}</w:pPr>{words}</w:p>"


def bullet(text: str, depth: int = 0) -> str:
    """An item of the document's one list."""
    number = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="1"/></w:numPr>'
    return paragraph(text, extra=number)


def table(heading: Sequence[str], *rows: Sequence[str], bold: bool = True) -> str:
    """A table whose first row is bold, if it names the columns."""
    lines = [[paragraph(cell, bold=bold) for cell in heading]]
    lines += [[paragraph(cell) for cell in row] for row in rows]
    cells = ["".join(f"<w:tc>{cell}</w:tc>" for cell in line) for line in lines]
    return f"<w:tbl>{''.join(f'<w:tr>{line}</w:tr>' for line in cells)}</w:tbl>"


def docx(*content: str, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A Word document; ``parts`` are further parts, or others in place of its own."""
    levels = "".join(f'<w:lvl w:ilvl="{n}"><w:numFmt w:val="bullet"/></w:lvl>' for n in range(3))
    own: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_OFFICE}/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships {_RELATIONS}><Relationship Id="r1" '
        f'Type="{_KIND}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f"<Relationships {_RELATIONS}>"
        f'<Relationship Id="r1" Type="{_KIND}/styles" Target="styles.xml"/>'
        f'<Relationship Id="r2" Type="{_KIND}/numbering" Target="numbering.xml"/></Relationships>',
        "word/styles.xml": f"<w:styles {_WORD}>"
        '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
        "</w:styles>",
        "word/numbering.xml": f'<w:numbering {_WORD}><w:abstractNum w:abstractNumId="0">{levels}'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>',
    }
    body = "".join(content)
    own.setdefault("word/document.xml", f"<w:document {_WORD}><w:body>{body}</w:body></w:document>")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**own, **(parts or {})}.items():
            archive.writestr(name, data)
    return file.getvalue()
