"""The program: `python -m benchmarks.run --help`, or `make bench`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from rich.console import Console

from ginnel_service.demo.lab import why_unavailable

from . import associations, chart, connect, crypto, handshakes, machine, report, topology
from .measure import FAILURES, Iperf, ping
from .peers import Peer, Plane, peers
from .peers.base import why_missing
from .results import Problem, Quantity, Results, statistic
from .search import highest
from .topology import Setting, link, set_tunnel_mtu

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench-results"
PAGE = ROOT / "docs" / "performance.md"
PICTURE = Path("images", "performance.svg")
PINGS = 200
LOG_COLUMNS = 140
#: Where the search for the highest UDP rate begins, Mbit/s, before there is a result to begin from.
UDP = {Quantity.UDP_1300: (1300, 100.0), Quantity.UDP_200: (200, 25.0)}
PARTS = ("crypto", "sas", "connect", "handshakes")

Tell = Callable[[str], None]


def measure_peer(
    results: Results,
    peer: Peer,
    *,
    setting: Setting,
    seconds: int,
    tell: Tell,
    pings: int = PINGS,
    udp: bool = True,
) -> None:
    """One round of one peer, on a link of its own. Raises one of FAILURES."""
    with link(setting) as ground:
        tell("start")
        tunnel = peer.start(ground)
        for host in (tunnel.client, tunnel.server):
            set_tunnel_mtu(host)
        results.machine.setdefault("link", ground.offloads())
        ping(tunnel.client, tunnel.address, 20)  # so that neighbours are known and code is in memory
        iperf = Iperf(tunnel)
        tell("round trip")
        rtts = statistic(ping(tunnel.client, tunnel.address, pings))
        assert rtts is not None
        results.add(peer.key, Quantity.RTT, rtts.median)
        results.add(peer.key, Quantity.RTT_MIN, rtts.low)
        for quantity, reverse in ((Quantity.TCP_UP, False), (Quantity.TCP_DOWN, True)):
            tell("TCP down" if reverse else "TCP up")
            transfer = iperf.tcp(seconds, reverse=reverse)
            results.add(peer.key, quantity, transfer.mbit_s)
            results.add(peer.key, Quantity.CPU, transfer.cpu)
            if tunnel.client_pids:
                results.add(peer.key, Quantity.CPU_TUNNEL, transfer.cpu_tunnel)
                results.add(peer.key, Quantity.CPU_CLIENT, transfer.cpu_client)
        tell("TCP, four streams")
        results.add(peer.key, Quantity.TCP_FOUR, iperf.tcp(seconds, streams=4).mbit_s)
        tell("round trip under load")
        results.add(peer.key, Quantity.RTT_LOADED, iperf.rtt_loaded(seconds))
        for quantity, (octets, start) in UDP.items() if udp else ():
            tell(f"UDP of {octets} octets")
            found = _udp(iperf, octets, start, results.median(peer.key, quantity))
            results.add(peer.key, quantity, found)


def _udp(iperf: Iperf, octets: int, start: float, known: float | None) -> float:
    """The highest rate without loss, Mbit/s; a round before says where to look."""
    if known:
        return highest(lambda rate: iperf.udp(rate, octets), known, factor=1.25, trials=6)
    return highest(lambda rate: iperf.udp(rate, octets), start)


def measure(
    results: Results,
    chosen: Sequence[Peer],
    parts: Sequence[str],
    *,
    setting: Setting,
    rounds: int,
    seconds: int,
    tell: Tell,
) -> None:
    """Everything, round by round; what fails is noted and the rest goes on."""
    present = []
    for peer in chosen:
        reason = peer.missing()
        if reason is None:
            present.append(peer)
        else:
            results.problems.append(Problem(peer.key, 0, reason))
    if "crypto" in parts:
        tell("seal and open")
        crypto.measure(results)
    for number in range(1, rounds + 1):
        # another one begins each time, so that none always has the machine in the same state
        for peer in present[number - 1 :] + present[: number - 1]:
            head = f"round {number} of {rounds}, {peer.title}"

            def about(words: str, head: str = head) -> None:
                tell(f"{head}: {words}")

            try:
                measure_peer(results, peer, setting=setting, seconds=seconds, tell=about)
            except FAILURES as error:
                results.problems.append(Problem(peer.key, number, str(error)[:500]))
    if "sas" in parts:
        associations.measure(results, setting=setting, rounds=rounds, seconds=seconds, tell=tell)
    if "connect" in parts:
        connect.measure(results, setting=setting, rounds=rounds, tell=tell)
    if "handshakes" in parts:
        tell("handshakes")
        handshakes.measure(results)


def choose(only: str) -> tuple[list[Peer], list[str]]:
    """The peers and parts that `only` names; nothing means all but the packet path alone.

    Raises click.BadParameter for an unknown word.
    """
    if not only:
        return peers(), list(PARTS)
    known: dict[str, Peer] = {peer.key: peer for peer in (*peers(), Plane())}
    words = only.replace(",", " ").split()
    unknown = [word for word in words if word not in known and word not in PARTS]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}: not among {', '.join((*known, *PARTS))}")
    return [peer for key, peer in known.items() if key in words], [part for part in PARTS if part in words]


@click.command()
@click.option("--rounds", type=click.IntRange(1, 100), default=3, show_default=True)
@click.option(
    "--seconds", type=click.IntRange(1, 60), default=3, show_default=True, help="for each TCP sample"
)
@click.option(
    "--setting", type=click.Choice([one.value for one in Setting]), default="real", show_default=True
)
@click.option("--only", default="", help="peers and parts by key, comma-separated; others are left out")
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), default=RESULTS, help="folder for results"
)
@click.option("--publish", is_flag=True, help="write the documentation's figures and chart")
def main(rounds: int, seconds: int, setting: str, only: str, output: Path, publish: bool) -> None:
    """Measure Ginnel beside other tunnels in user space, in network namespaces of their own."""
    chosen, parts = choose(only)
    reason = why_unavailable() or why_missing("iperf3", "ping", package="iperf3 iputils-ping")
    if reason is None and setting == Setting.REAL:
        reason = topology.why_missing()
    if reason is not None:
        raise click.ClickException(reason)
    console = Console()
    if not console.is_terminal:
        console = Console(width=LOG_COLUMNS)
    results = Results(machine=machine.describe())
    results.parameters = {
        "setting": setting,
        "rounds": rounds,
        "seconds": seconds,
        "link_mtu": topology.LINK_MTU,
        "tunnel_mtu": topology.TUNNEL_MTU,
    }
    titles = {peer.key: peer.title for peer in (*peers(), Plane())}
    begun = time.monotonic()
    with console.status("") as status:

        def tell(words: str) -> None:
            """A terminal sees what is under way; a log gets a line for each thing."""
            if console.is_terminal:
                status.update(words)
            else:
                console.print(f"{time.monotonic() - begun:5.0f} s  {words}", markup=False, highlight=False)

        measure(results, chosen, parts, setting=Setting(setting), rounds=rounds, seconds=seconds, tell=tell)
    results.parameters["took_s"] = round(time.monotonic() - begun)

    for table in (*report.tables(results, titles), report.target_table(results)):
        table.show(console)
    for line in report.problems(results, titles):
        console.print(f"not measured: {line}", markup=False)
    if results.machine["load"] > 0.3:
        console.print(
            f"The machine was busy before (load {results.machine['load']:.1f}): repeat it on a quiet one."
        )
    _save(results, titles, output, publish)
    console.print(f"{results.parameters['took_s']} s; everything measured stands in {output / 'bench.json'}")


def _save(results: Results, titles: dict[str, str], output: Path, publish: bool) -> None:
    output.mkdir(parents=True, exist_ok=True)
    report.write_json(results, output / "bench.json")
    about = results.machine
    where = f"{about['cpu']}, {about['cores']} cores, Linux {about['kernel']}"
    caption = f"{where}, {results.parameters['setting']} setting"
    picture = PAGE.parent / PICTURE if publish else output / PICTURE.name
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_text(chart.chart(results, titles, caption))
    if publish:
        report.publish(PAGE, report.markdown(results, titles, PICTURE.as_posix()))


if __name__ == "__main__":
    sys.exit(main())
