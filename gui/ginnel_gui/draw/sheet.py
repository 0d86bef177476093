"""A quieter look where the system brings none of its own (Qt's Fusion): flat bars, slim scroll bars.

Qt-free: rules for Qt's style sheets out of a palette. On macOS, and where a desktop's own style is at work,
they do not apply.
"""

from __future__ import annotations

from typing import Final

from .palette import Palette

_RULES: Final = """
QToolBar {{ background: {window}; border: none; border-bottom: 1px solid {line}; }}
QToolBar {{ spacing: 4px; padding: 4px 10px; }}
QToolButton::menu-indicator {{ image: none; }}
QToolBar QToolButton {{ border: 1px solid transparent; border-radius: 7px; padding: 5px 3px 5px 9px; }}
QToolBar QToolButton:hover {{ background: {hover}; }}
QToolBar QToolButton:checked {{ background: {chosen}; color: {text}; }}
QToolBar QToolButton:focus {{ border-color: {accent}; }}
QMenuBar {{ background: {window}; padding: 2px 6px; }}
QMenuBar::item {{ padding: 4px 9px; border-radius: 5px; background: transparent; }}
QMenuBar::item:selected {{ background: {chosen}; }}
QMenu {{ background: {surface}; border: 1px solid {line}; padding: 4px; }}
QMenu::item {{ padding: 5px 26px 5px 12px; border-radius: 5px; }}
QMenu::item:selected {{ background: {chosen}; color: {text}; }}
QMenu::item:disabled {{ color: {muted}; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 8px; }}
QSplitter::handle {{ background: {line}; }}
QLineEdit {{ background: {surface}; border: 1px solid {edge}; border-radius: 7px; padding: 4px 7px; }}
QLineEdit:focus {{ border: 2px solid {accent}; padding: 3px 6px; }}
QLineEdit:disabled {{ background: {window}; color: {muted}; }}
QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{ border: none; padding: 0; background: transparent; }}
QPushButton {{ background: {surface}; border: 1px solid {edge}; border-radius: 7px; padding: 5px 16px; }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:default {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
QPushButton:pressed {{ background: {chosen}; color: {text}; }}
QPushButton:disabled {{ background: {window}; color: {muted}; border-color: {line}; }}
QPushButton:focus {{ border: 2px solid {focus}; padding: 4px 15px; }}
QScrollBar {{ background: transparent; border: none; }}
QScrollBar:vertical {{ width: 12px; }}
QScrollBar:horizontal {{ height: 12px; }}
QScrollBar::handle {{ background: {handle}; border-radius: 3px; margin: 3px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QToolTip {{ background: {surface}; color: {text}; border: 1px solid {line}; padding: 4px; }}
"""


def sheet(colours: Palette) -> str:
    return _RULES.format(
        window=colours.window,
        surface=colours.surface,
        line=colours.line,
        text=colours.text,
        muted=colours.muted,
        accent=colours.accent,
        on_accent=colours.on_accent,
        focus=colours.mixed("accent", "text", 0.5),
        edge=colours.edge,
        hover=colours.mixed("accent", "window", 0.07),
        chosen=colours.mixed("accent", "window", 0.16),
        handle=colours.mixed("muted", "window", 0.55),
    )
