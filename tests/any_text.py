"""Text for property tests: what reports are made of, and what they should never be made of."""

from __future__ import annotations

from hypothesis import strategies as st

_LINE = "which has improved its response to people who are vulnerable and at risk of harm, and\n"
_PIECES = (
    "\n", "\n\n", "\r\n", "\r", "\f", "\t", "    ", " ", "• ", "•\n", "- ", "* ", "– ", "o ",
    "1. ", "2) ", "(a) ", "# ", "## ", "**", "Contents\n", "Summary 3\n", "12\n", "Page 3 of 9\n",
    ": ", "; and\n", ";\n", ". ", "? ", "and\n", "The force should:\n", "Areas for improvement\n",
    "Good.\n", "How well does the force protect children?\n", "City of London Police (CoLP) ",
    "Last updated 1/2/18\n", _LINE, "\ufeff", "\xa0", "\u2028", "\x85", "\x1c", "\x0b",
    "‘county lines’", "😀", "ß", "İ", "\u200b",
)  # fmt: skip
_CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")

report_texts = st.one_of(
    st.text(_CHARACTERS, max_size=200),
    st.lists(
        st.one_of(st.sampled_from(_PIECES), st.text(_CHARACTERS, max_size=12)), max_size=60
    ).map("".join),
)
"""Any text at all, or one put together of bullets, headings, page ends and broken lines."""
