"""Whole lives of a tunnel under loss, duplication and reordering, from seeds."""

from __future__ import annotations

import pytest

from simulation.world import CALM, STORM, World

SEEDS = 1000
BATCHES = 20


@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_seed_completes_in_a_storm(batch: int) -> None:
    for seed in range(batch * SEEDS // BATCHES, (batch + 1) * SEEDS // BATCHES):
        _live(seed)


def _live(seed: int) -> None:
    world = World(seed, nat=bool(seed % 2), weather=STORM)
    world.connect()
    start = world.now
    for _ in range(world.rng.randint(2, 5)):
        side = world.rng.choice(("client", "gateway"))
        rekey = world.rng.choice((world.rekey_child, world.rekey_ike))
        world.at(start + world.rng.uniform(0, 6), lambda rekey=rekey, side=side: rekey(side))  # type: ignore[misc]
    world.run(start + 40)
    world.weather = CALM
    world.stop_esp()
    world.run(start + 400)
    try:
        assert not world.errors()
        world.assert_settled()
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}") from error
