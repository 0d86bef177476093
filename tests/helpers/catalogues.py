"""Catalogues of the app's texts as Qt's tools see them, and one that stands in for a long-winded language.

    python -m helpers.catalogues        # from tests/: what `make translations` does
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as Xml

APP = Path(__file__).parents[2] / "gui" / "ginnel_gui"
#: Most languages need so much more room than English.
LONGER = 1.3
_REMARK = re.compile(r"\n *<extracomment>.*?</extracomment>", re.DOTALL)
_ACCENTS = str.maketrans("aeiouAEIOUnc", "áéíóúÁÉÍÓÚñç")


def update(catalogue: Path) -> Path:
    """Have lupdate bring `catalogue` up to date with the sources: new texts are unfinished, old ones go."""
    sources = sorted(str(source) for source in APP.rglob("*.py"))
    tool = Path(sys.executable).with_name("pyside6-lupdate")
    subprocess.run(
        [tool, *sources, "-locations", "none", "-no-obsolete", "-ts", str(catalogue)],
        check=True,
        capture_output=True,
        timeout=60,
    )
    # What `#:` says in the sources is for those who read them.
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(_REMARK.sub("", text), encoding="utf-8")
    return catalogue


def messages(catalogue: Path) -> dict[tuple[str, str], Xml.Element]:
    """The element of each message by its context and source text."""
    return {
        (context.findtext("name", ""), message.findtext("source", "")): message
        for context in Xml.parse(catalogue).getroot().iter("context")
        for message in context.iter("message")
    }


def write_pseudo(catalogue: Path) -> Path:
    """A catalogue in which every text is translated to itself, with accents and longer by a third."""
    tree = Xml.parse(update(catalogue))
    for message in tree.getroot().iter("message"):
        translation = message.find("translation")
        assert translation is not None
        translation.text = pseudo(message.findtext("source", ""))
        translation.attrib.pop("type", None)
    tree.write(catalogue, encoding="utf-8", xml_declaration=True)
    return catalogue


def pseudo(text: str) -> str:
    """`text` readable, with its marks and mnemonic in place, and longer: each word grows a little."""
    missing = round(len(text) * (LONGER - 1))
    words = text.translate(_ACCENTS).split(" ")
    grown: list[str] = []
    for number, word in enumerate(words):
        share = missing * (number + 1) // len(words) - missing * number // len(words)
        grown.append(word + "~" * share)
    return " ".join(grown)


def main() -> None:
    """Say what there is to translate."""
    for catalogue in sorted((APP / "translations").glob("*.ts")):
        left = [
            source
            for (_, source), message in messages(update(catalogue)).items()
            if message.find("translation[@type]") is not None
        ]
        print(f"{catalogue.name}: {len(left)} texts to translate", *left, sep="\n  ")


if __name__ == "__main__":
    main()
