"""The packet path compiles and links for macOS and FreeBSD, whose structures are what it takes them for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ginnel_packaging.cross import TARGETS, Refused, Target, Toolchain, stem
from ginnel_service.net.bsd.layout import DARWIN, FREEBSD
from platforms import routing
from project.tree import ROOT

pytestmark = pytest.mark.slow

PACKAGE = ROOT / "core/ginnel_core"
HERE = Path(__file__).parent
OF_A_SYSTEM = ("_linux", "_darwin", "_freebsd", "_bsd")


@pytest.fixture(scope="module", params=TARGETS, ids=lambda target: target.triple)
def toolchain(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Toolchain:
    target: Target = request.param
    return Toolchain(target, tmp_path_factory.getbasetemp() / "cross" / target.triple)


@pytest.mark.timeout(300)
def test_every_module_compiles_without_a_warning_and_links(toolchain: Toolchain) -> None:
    portable = {path.stem for path in PACKAGE.glob("*.pyx") if not path.stem.endswith(OF_A_SYSTEM)}
    own = {"udp_bsd", f"tun_{toolchain.target.platform}"}
    assert {stem(module) for module in toolchain.build()} == portable | own


def test_structures_and_constants_have_the_values_relied_upon(toolchain: Toolchain) -> None:
    toolchain.check(HERE / f"layout_{toolchain.target.platform}.c")


def test_the_layouts_of_routing_messages_are_the_systems_own(toolchain: Toolchain, tmp_path: Path) -> None:
    (layout,) = (each for each in (DARWIN, FREEBSD) if each.system == toolchain.target.platform)
    written = tmp_path / "routing.c"
    written.write_text(routing.source(layout))
    toolchain.check(written)
    written.write_text(routing.source(replace(layout, rt_msghdr=layout.rt_msghdr + 4)))
    with pytest.raises(Refused, match="static assertion failed"):
        toolchain.check(written)


def test_a_wrong_value_does_not_compile(toolchain: Toolchain, tmp_path: Path) -> None:
    source = tmp_path / "wrong.c"
    source.write_text('#include "os_compat.h"\n_Static_assert(sizeof(struct ginnel_message) == 64, "");\n')
    with pytest.raises(Refused, match="static assertion failed"):
        toolchain.check(source)


def test_a_name_that_the_system_lacks_does_not_link(toolchain: Toolchain, tmp_path: Path) -> None:
    source = tmp_path / "lacking.c"
    source.write_text("int epoll_pwait2(int);\nint use(void) { return epoll_pwait2(0); }\n")
    with pytest.raises(Refused, match="epoll_pwait2"):
        toolchain.run(*toolchain.link_flags, "-o", str(tmp_path / "lacking"), str(source))
