"""A quieter look where the system brings none of its own (Qt's Fusion): flat bars, slim scroll bars.

Qt-free: rules for Qt's style sheets out of a palette. On macOS, and where a desktop's own style is at work,
they do not apply.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from .palette import Palette

_RULES: Final = """
QToolBar {{ background: {window}; border: none; border-bottom: 1px solid {line}; }}
QToolBar {{ spacing: 4px; padding: 4px 10px; }}
QToolButton::menu-indicator {{ image: none; }}
QToolBar QToolButton {{ border: 1px solid transparent; border-radius: 7px; padding: 5px 8px; }}
QToolBar QToolButton:hover {{ background: {hover}; }}
QToolBar QToolButton:checked {{ background: {chosen}; color: {text}; }}
QToolBar QToolButton:focus {{ border-color: {accent}; }}
QToolBar QToolButton#qt_toolbar_ext_button {{ image: url({down}); padding: 0; border: none; }}
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
QLineEdit, QComboBox, QAbstractSpinBox {{ background: {surface}; border: 1px solid {edge}; }}
QLineEdit, QComboBox, QAbstractSpinBox {{ border-radius: 7px; padding: 4px 7px; }}
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus {{ border: 2px solid {accent}; padding: 3px 6px; }}
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled {{ background: {window}; color: {muted}; }}
QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{ border: none; padding: 0; background: transparent; }}
QComboBox:hover {{ background: {hover}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url({down}); width: 14px; height: 14px; }}
QComboBox QAbstractItemView {{ background: {surface}; border: 1px solid {line}; padding: 3px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: none; background: transparent; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 20px; }}
QAbstractSpinBox::up-arrow {{ image: url({up}); width: 11px; height: 11px; }}
QAbstractSpinBox::down-arrow {{ image: url({down}); width: 11px; height: 11px; }}
QPlainTextEdit, QListWidget, QTreeWidget {{ background: {surface}; border: 1px solid {edge}; }}
QPlainTextEdit, QListWidget, QTreeWidget {{ border-radius: 7px; padding: 3px; }}
QPlainTextEdit:focus {{ border: 2px solid {accent}; padding: 2px; }}
QListWidget:focus, QTreeWidget:focus {{ border-color: {accent}; }}
QListWidget::item {{ border-radius: 5px; padding: 4px; }}
QListWidget::item:selected {{ background: {accent}; color: {on_accent}; }}
QTreeWidget::item {{ padding: 2px 0; }}
QHeaderView {{ background: {window}; border: none; }}
QHeaderView::section {{ background: {window}; color: {muted}; border: none; padding: 5px 6px; }}
QHeaderView::section {{ border-bottom: 1px solid {line}; }}
QPushButton, QDialog QToolButton, QToolButton#command {{ background: {surface}; border: 1px solid {edge}; }}
QPushButton {{ border-radius: 7px; padding: 5px 16px; }}
QDialog QToolButton, QToolButton#command {{ border-radius: 7px; padding: 4px 9px; }}
QPushButton:hover, QDialog QToolButton:hover, QToolButton#command:hover {{ background: {hover}; }}
QPushButton:default {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
QPushButton:pressed, QDialog QToolButton:pressed, QDialog QToolButton:checked {{ background: {chosen}; }}
QPushButton:pressed, QToolButton#command:pressed {{ background: {chosen}; color: {text}; }}
QPushButton:disabled, QDialog QToolButton:disabled, QToolButton#command:disabled {{ background: {window}; }}
QPushButton:disabled, QDialog QToolButton:disabled, QToolButton#command:disabled {{ color: {muted}; }}
QPushButton:disabled, QDialog QToolButton:disabled, QToolButton#command:disabled {{ border-color: {line}; }}
QPushButton:focus {{ border: 2px solid {focus}; padding: 4px 15px; }}
QDialog QToolButton:focus, QToolButton#command:focus {{ border: 2px solid {accent}; padding: 3px 8px; }}
QLineEdit QToolButton {{ background: transparent; border: none; padding: 0; }}
QRadioButton, QCheckBox {{ spacing: 8px; }}
QRadioButton::indicator {{ width: 14px; height: 14px; border: 1px solid {edge}; border-radius: 8px; }}
QRadioButton::indicator {{ background: {surface}; }}
QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 5px solid {accent}; }}
QRadioButton::indicator:focus, QCheckBox::indicator:focus {{ border-color: {focus}; }}
QRadioButton::indicator:checked:disabled {{ border-color: {muted}; }}
{boxes} {{ width: 14px; height: 14px; border: 1px solid {edge}; border-radius: 4px; background: {surface}; }}
{checked} {{ image: url({check}); background: {accent}; border-color: {accent}; }}
QListView::indicator:checked, QTreeView::indicator:checked {{ border-color: {on_accent}; }}
QCheckBox::indicator:checked:disabled {{ background: {muted}; border-color: {muted}; }}
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


def sheet(colours: Palette, sign: Callable[[str, str], str]) -> str:
    """`sign` says in which file an icon is, by its name and colour."""
    return _RULES.format(
        boxes="QCheckBox::indicator, QListView::indicator, QTreeView::indicator",
        checked=", ".join(f"{each}::indicator:checked" for each in ("QCheckBox", "QListView", "QTreeView")),
        check=sign("check", colours.on_accent),
        down=sign("down", colours.muted),
        up=sign("up", colours.muted),
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
