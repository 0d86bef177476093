"""Results as tables, for the terminal and for the documentation, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable

from . import associations, connect, crypto, handshakes
from .results import Quantity, Results, Statistic, ratio
from .targets import THEIRS, targets

YARDSTICK = "kernel-libipsec's"
BEGIN, END = "<!-- begin: make bench -->", "<!-- end: make bench -->"
#: A table each, a row for each peer.
SIDE_BY_SIDE = {
    "TCP, Mbit/s": {"up": Quantity.TCP_UP, "down": Quantity.TCP_DOWN, "four streams": Quantity.TCP_FOUR},
    "CPU seconds per GB, one TCP stream": {
        "machine": Quantity.CPU,
        "tunnel's processes": Quantity.CPU_TUNNEL,
        "client's": Quantity.CPU_CLIENT,
    },
    "Round trip, ms": {
        "idle": Quantity.RTT,
        "idle, shortest": Quantity.RTT_MIN,
        "under a TCP stream": Quantity.RTT_LOADED,
    },
    "UDP without loss, Mbit/s": {"1,300 octets": Quantity.UDP_1300, "200 octets": Quantity.UDP_200},
}


@dataclass(slots=True)
class Table:
    """Cells as text, the first column to the left and the others to the right."""

    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)

    def markdown(self) -> str:
        rule = ["---", *("--:" for _ in self.columns[1:])]
        return "\n".join(f"| {' | '.join(row)} |" for row in (self.columns, rule, *self.rows))

    def show(self, console: Console) -> None:
        shown = RichTable(title=self.title, title_justify="left")
        for index, column in enumerate(self.columns):
            shown.add_column(column, justify="right" if index else "left", no_wrap=index == 0)
        for row in self.rows:
            shown.add_row(*row)
        console.print(shown)


def number(value: float) -> str:
    """Three digits that say something, thousands apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def cell(found: Statistic | None) -> str:
    """Median and range."""
    if found is None:
        return "-"
    if found.samples == 1 or found.low == found.high:
        return number(found.median)
    return f"{number(found.median)} ({number(found.low)}-{number(found.high)})"


def tables(results: Results, titles: Mapping[str, str]) -> list[Table]:
    """What there is to show; `titles` are the peers', by key. A table without samples is left out."""
    found = [_peers(results, titles, title, columns) for title, columns in SIDE_BY_SIDE.items()]
    found += [_associations(results), _crypto(results), _connect(results), _handshakes(results)]
    return [table for table in found if table.rows]


def target_table(results: Results) -> Table:
    table = Table("Targets", ["Target", "value", "wanted", ""])
    for target in targets(results):
        value = "-" if target.value is None else f"{number(target.value)} {target.unit}"
        table.rows.append([target.name, value, target.wanted, target.verdict])
    return table


def _peers(results: Results, titles: Mapping[str, str], title: str, columns: Mapping[str, Quantity]) -> Table:
    """Medians and ranges, and how the medians of the first column stand to the yardstick's."""
    first, judged = next(iter(columns.items()))
    yardstick = results.median(THEIRS, judged)
    table = Table(title, [title, *columns, f"{first}, of {YARDSTICK}"])
    for key, name in titles.items():
        if results.measured(key, *columns.values()):
            factor = ratio(results.median(key, judged), yardstick)
            cells = [cell(results.stat(key, quantity)) for quantity in columns.values()]
            table.rows.append([name, *cells, "-" if factor is None else f"{number(factor)} x"])
    return table


def _associations(results: Results) -> Table:
    table = Table("Packet path alone", ["SAs each way", "TCP up, Mbit/s", "memory, MB", "install, s"])
    for count in associations.COUNTS:
        subject = associations.subject(count)
        if results.measured(subject):
            quantities = (Quantity.TCP_UP, Quantity.MEMORY, Quantity.INSTALL)
            table.rows.append([f"{count:,}", *(cell(results.stat(subject, one)) for one in quantities)])
    return table


def _crypto(results: Results) -> Table:
    columns = {
        "seal": Quantity.SEAL, "libcrypto": Quantity.SEAL_RAW, "ratio": Quantity.SEAL_RATIO,
        "open": Quantity.OPEN, "libcrypto's": Quantity.OPEN_RAW, "open's ratio": Quantity.OPEN_RATIO,
    }  # fmt: skip
    title = f"ns for {crypto.OCTETS:,} octets"
    table = Table("Seal and open against libcrypto alone", [title, *columns])
    for name in crypto.CIPHERS:
        medians = [results.median(name, quantity) for quantity in columns.values()]
        if any(median is not None for median in medians):
            table.rows.append([name, *("-" if median is None else number(median) for median in medians)])
    return table


def _connect(results: Results) -> Table:
    columns = {
        "first echo": Quantity.CONNECT_ECHO,
        "told": Quantity.CONNECT_TOLD,
        "IKE alone": Quantity.CONNECT_IKE,
        "client's CPU": Quantity.CONNECT_CPU,
    }
    table = Table("Time to connect", ["Time to connect, ms", *columns, "first echo, of charon's"])
    for kind, words in connect.KINDS.items():
        yardstick = results.median(connect.subject("strongswan", kind), Quantity.CONNECT_ECHO)
        for client, name in connect.CLIENTS.items():
            subject = connect.subject(client, kind)
            if results.measured(subject):
                factor = ratio(results.median(subject, Quantity.CONNECT_ECHO), yardstick)
                cells = [cell(results.stat(subject, quantity)) for quantity in columns.values()]
                of = "-" if factor is None else f"{number(factor)} x"
                table.rows.append([f"{name}, {words}", *cells, of])
    return table


def _handshakes(results: Results) -> Table:
    columns = {
        "handshakes a second": Quantity.HANDSHAKES,
        "a session's objects, kB": Quantity.HELD_PYTHON,
        "resident, kB a session": Quantity.HELD_RESIDENT,
    }
    table = Table("Responder", ["Sessions held", *columns])
    for held in (0, handshakes.HELD):
        subject = handshakes.subject(held)
        if results.measured(subject):
            cells = (cell(results.stat(subject, quantity)) for quantity in columns.values())
            table.rows.append([f"{held:,}", *cells])
    return table


def problems(results: Results, titles: Mapping[str, str]) -> list[str]:
    """A line for each thing that was not measured."""
    return [
        f"{titles.get(problem.subject, problem.subject)}"
        f"{f', round {problem.round}' if problem.round else ''}: {problem.words}"
        for problem in results.problems
    ]


def write_json(results: Results, path: Path) -> None:
    content = {
        "machine": results.machine,
        "parameters": results.parameters,
        "summary": results.summary(),
        "targets": [{**target._asdict(), "verdict": target.verdict} for target in targets(results)],
        "problems": [
            {"subject": problem.subject, "round": problem.round, "words": problem.words}
            for problem in results.problems
        ],
        "samples": results.samples,
    }
    path.write_text(json.dumps(content, indent=1) + "\n")


def markdown(results: Results, titles: Mapping[str, str], chart: str) -> str:
    """The generated part of the documentation; `chart` is the picture's path from there."""
    machine, parameters = results.machine, results.parameters
    offloads = [name for name, used in machine.get("offloads", {}).items() if used]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    said = (
        f"{machine['cpu']} ({', '.join(machine['flags'])}), {machine['cores']} cores, "
        f"Linux {machine['kernel']}, {machine['libcrypto']}; {versions}. "
        f"Ginnel {machine['ginnel']}{', offloads in use: ' if offloads else ''}{', '.join(offloads)}. "
        f"*{parameters['setting'].capitalize()}* setting, {parameters['rounds']} rounds, "
        f"{parameters['seconds']} s a sample; medians, with the lowest and the highest sample in parentheses."
    )
    parts = [f"![Throughput and CPU time, side by side]({chart})", said]
    parts += [table.markdown() for table in (*tables(results, titles), target_table(results))]
    lines = problems(results, titles)
    if lines:
        parts.append("Not measured:\n\n" + "\n".join(f"- {line}" for line in lines))
    return "\n\n".join(parts)


def publish(page: Path, text: str) -> None:
    """Put `text` between the markers of `page`. Raises ValueError where they are not."""
    head, begun, rest = page.read_text().partition(BEGIN)
    _, ended, tail = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"{page} lacks its markers {BEGIN} and {END}")
    page.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}")
