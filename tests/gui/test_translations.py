from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from ginnel_gui.catalogue import Catalogue, CatalogueError, read
from ginnel_gui.language import CATALOGUES, languages
from helpers.catalogues import messages, pseudo, update

GERMAN = CATALOGUES / "ginnel_de.ts"
_PLACES = re.compile(r"%[1-9n]")


@pytest.fixture(scope="module")
def current(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The German catalogue as lupdate would have it now."""
    copy = tmp_path_factory.mktemp("catalogue") / GERMAN.name
    shutil.copy(GERMAN, copy)
    return update(copy)


def test_german_is_complete(current: Path) -> None:
    done = read(current)
    missing = [
        f"{context}: {source}" for context, source in messages(current) if (context, source) not in done
    ]
    assert not missing, "`make translations`, then translate: " + "; ".join(missing)


def test_german_holds_nothing_that_is_gone(current: Path) -> None:
    assert messages(GERMAN).keys() == messages(current).keys(), "run `make translations`"


def test_translations_keep_values_and_mnemonics() -> None:
    wrong = [
        (source, text)
        for (_, source), text in read(GERMAN).items()
        if sorted(_PLACES.findall(source)) != sorted(_PLACES.findall(text))
        or bool(re.search(r"&(?!&)", source)) != bool(re.search(r"&(?!&)", text))
        or source.endswith("…") != text.endswith("…")
    ]
    assert not wrong


def test_no_text_needs_plural_forms(current: Path) -> None:
    """`Catalogue` has none."""
    assert not [source for (_, source), message in messages(current).items() if message.get("numerus")]


def test_no_text_is_told_apart_by_a_comment(current: Path) -> None:
    assert not [source for (_, source), each in messages(current).items() if each.find("comment") is not None]


def test_a_catalogue_answers_as_qt_asks() -> None:
    catalogue = Catalogue(GERMAN)
    assert not catalogue.isEmpty()
    assert catalogue.translate("State", "Connected") == "Verbunden"
    assert not catalogue.translate("State", "No such text")


def test_unfinished_texts_stay_english(tmp_path: Path) -> None:
    file = tmp_path / "ginnel_fr.ts"
    file.write_text(
        "<TS version='2.1' language='fr'><context><name>State</name>"
        "<message><source>One</source><translation type='unfinished'>Un</translation></message>"
        "<message><source>Two</source><translation>Deux</translation></message></context></TS>"
    )
    assert read(file) == {("State", "Two"): "Deux"}
    assert ("Français", "fr") in languages(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["", "<TS><context>", "<!DOCTYPE TS [<!ENTITY a 'b'>]><TS><context><name>&a;</name></context></TS>"],
)
def test_what_is_no_catalogue_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "ginnel_xx.ts"
    file.write_text(text)
    with pytest.raises(CatalogueError, match="ginnel_xx"):
        read(file)


def test_the_stand_in_for_other_languages_is_a_third_longer() -> None:
    text = "&Connect to %1 and stay connected"
    longer = pseudo(text)
    assert len(longer) == round(len(text) * 1.3)
    assert "&" in longer
    assert "%1" in longer
