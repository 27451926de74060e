"""Colours for Python source, from Python's own tokens."""

import io
import keyword
import tokenize

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from playground.ui.theme import Theme

Span = tuple[int, int, str]  # column, length, what it is


def spans(source: str) -> dict[int, list[Span]]:
    """Line number (from 0) → what stands in it: comment, string, number, keyword, or name (of what is defined)."""
    found: dict[int, list[Span]] = {}
    before = ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            what = _what(token, before)
            if token.type == tokenize.NAME:
                before = token.string
            if what:
                _add(found, token, what)
    except (tokenize.TokenError, IndentationError):  # cut off in the middle: what came before keeps its colours
        return found
    return found


def _what(token: tokenize.TokenInfo, before: str) -> str:
    if token.type == tokenize.COMMENT:
        return "comment"
    if token.type == tokenize.STRING or tokenize.tok_name[token.type].startswith("FSTRING"):
        return "string"
    if token.type == tokenize.NUMBER:
        return "number"
    if token.type == tokenize.NAME:
        if keyword.iskeyword(token.string):
            return "keyword"
        if before in ("def", "class"):
            return "name"
    return ""


def _add(found: dict[int, list[Span]], token: tokenize.TokenInfo, what: str) -> None:
    """A token may go over several lines (a docstring)."""
    (first, start), (last, end) = token.start, token.end
    lines = token.string.split("\n")
    for offset, text in enumerate(lines):
        column = start if offset == 0 else 0
        length = end - column if first + offset == last else len(text)
        found.setdefault(first + offset - 1, []).append((column, max(length, 0), what))


class PythonHighlighter(QSyntaxHighlighter):
    """For a document that does not change."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._spans = spans(document.toPlainText())
        self._formats: dict[str, QTextCharFormat] = {}
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """The colours of the roles, so that code and canvas look alike."""
        colours = {
            "comment": theme.muted,
            "string": theme.input_gate,
            "number": theme.cell,
            "keyword": theme.candidate,
            "name": theme.output,
        }
        for what, colour in colours.items():
            style = QTextCharFormat()
            style.setForeground(QColor(colour))
            style.setFontItalic(what == "comment")
            style.setFontWeight(QFont.Weight.DemiBold if what == "name" else QFont.Weight.Normal)
            self._formats[what] = style
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        for column, length, what in self._spans.get(self.currentBlock().blockNumber(), ()):
            self.setFormat(column, length, self._formats[what])
