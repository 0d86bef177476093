"""Amounts and rates in a person's units and digits."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from ..model.format import Units, digits, scaled
from ..say import fill


def amount(octets: float, units: Units, locale: QLocale) -> str:
    value, unit = scaled(octets, units)
    return f"{locale.toString(float(value), 'f', digits(value, unit))} {unit}"


def rate(octets_s: float, units: Units, locale: QLocale) -> str:
    return fill(QCoreApplication.translate("Numbers", "%1/s"), amount(octets_s, units, locale))


def milliseconds(value: float, locale: QLocale) -> str:
    shown = locale.toString(float(value), "f", 0 if value >= 10 else 1)
    return fill(QCoreApplication.translate("Numbers", "%1 ms"), shown)
