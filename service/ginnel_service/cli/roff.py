"""Text as manual pages have it, in man(7)'s macros: out of help texts and of the Markdown of docs/."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Mapping
from typing import Final

_CODE: Final = re.compile(r"`([^`]+)`")
_STRONG: Final = re.compile(r"\*\*([^*]+)\*\*")
_LINK: Final = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_ROW: Final = re.compile(r"^\|(.*)\|$")
_RULE: Final = re.compile(r"^\|[-| :]+\|$")
#: A paragraph that help texts keep as it is (click's own mark).
_KEPT: Final = "\b"


def inline(text: str) -> str:
    """One line or more of running text, escaped (groff(7))."""
    text = _LINK.sub(r"\1", text)
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("^", "\\(ha")
    text = text.replace("~", "\\(ti").replace('"', "\\(dq")
    text = _CODE.sub(r"\\fB\1\\fP", text)
    return _STRONG.sub(r"\\fB\1\\fP", text).replace("`", "\\(ga")


class Page:
    """Grows from top to bottom. What `text` and labels take is roff already, all else is escaped here."""

    def __init__(self, title: str, section: int, source: str, manual: str) -> None:
        # Reproducible where a build says so (reproducible-builds.org/specs/source-date-epoch)
        when = float(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
        date = time.strftime("%Y-%m-%d", time.gmtime(when))
        self._lines = [f'.TH "{inline(title)}" {section} "{date}" "{source}" "{manual}"', ".nh"]

    def roff(self) -> str:
        return "\n".join(self._lines) + "\n"

    def section(self, title: str) -> None:
        self._lines.append(f".SH {title}")

    def subsection(self, title: str) -> None:
        self._lines.append(f'.SS "{inline(title)}"')

    def text(self, roff: str) -> None:
        """A paragraph that is roff already."""
        self._begin()
        self._lines.append(_guarded(roff))

    def item(self, label: str, text: str) -> None:
        """A tagged paragraph; `label` is roff already."""
        self._lines += [".TP", _guarded(label), _guarded(inline(" ".join(text.split())))]

    def literal(self, lines: Iterable[str]) -> None:
        """Lines as they stand."""
        self._begin()
        self._lines += [".in +4n", ".nf"]
        self._lines += [_guarded(inline(line.replace("`", "\0")).replace("\0", "\\(ga")) for line in lines]
        self._lines += [".fi", ".in"]

    def _begin(self) -> None:
        """A paragraph, unless a title has begun one."""
        if not self._lines[-1].startswith((".SH", ".SS")):
            self._lines.append(".PP")

    def prose(self, text: str) -> None:
        """A help text: paragraphs, and those kept as they are behind click's mark."""
        for paragraph in text.strip().split("\n\n"):
            lines = [line.rstrip() for line in paragraph.splitlines()]
            if lines and lines[0].strip() == _KEPT:
                kept = lines[1:]
                if kept and kept[0].endswith(":"):
                    self.text(inline(kept.pop(0)))
                self.literal(line.removeprefix("  ") for line in kept)
            elif lines:
                self.text(inline(" ".join(line.strip() for line in lines)))

    def markdown(self, text: str, types: Mapping[str, str]) -> None:
        """A page of docs/ without its title. `types` are told beside the fields that tables name."""
        lines = text.splitlines()
        at = 1 if lines and lines[0].startswith("# ") else 0
        while at < len(lines):
            line = lines[at]
            if line.startswith("```"):
                end = next(n for n in range(at + 1, len(lines)) if lines[n].startswith("```"))
                self.literal(lines[at + 1 : end])
                at = end + 1
            elif line.startswith("#"):
                self.section(inline(line.lstrip("# ").upper()))
                at += 1
            elif _ROW.match(line):
                end = next((n for n in range(at, len(lines)) if not _ROW.match(lines[n])), len(lines))
                self._table(lines[at:end], types)
                at = end
            elif line.startswith("- "):
                end = _end_of(lines, at + 1, "- ")
                self.item("\\(bu", " ".join(lines[at:end])[2:])
                at = end
            elif line.strip():
                end = _end_of(lines, at + 1, "- ")
                self.text(inline(" ".join(lines[at:end])))
                at = end
            else:
                at += 1

    def _table(self, lines: list[str], types: Mapping[str, str]) -> None:
        """Rows as tagged paragraphs: what a terminal of any width can show."""
        rows = [
            [cell.strip() for cell in line.strip("|").split("|")] for line in lines if not _RULE.match(line)
        ]
        with_default = bool(rows) and len(rows[0]) == 3 and rows[0][1] == "default"
        has_head = len(lines) > 1 and bool(_RULE.match(lines[1]))
        for row in rows[1:] if has_head else rows:
            kind = next((types[name] for name in _CODE.findall(row[0]) if name in types), "")
            told = [f"({kind})"] if kind else []
            if with_default or kind:
                told += [row[-1], f"[default: {row[1]}]" if row[1] else ""]
            else:
                told += row[1:]
            self.item(inline(row[0]), " ".join(filter(None, told)))


def _end_of(lines: list[str], at: int, item: str) -> int:
    """Where the paragraph that goes on at `at` ends."""
    return next(
        (
            n
            for n in range(at, len(lines))
            if not lines[n].strip() or lines[n].startswith((item, "#", "|", "```"))
        ),
        len(lines),
    )


def _guarded(line: str) -> str:
    """No line of text is taken for a request."""
    return "\\&" + line if line.startswith((".", "'")) else line
