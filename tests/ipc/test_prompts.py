"""What a connection asks of the person, as it crosses the socket."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ginnel_service import logs
from ginnel_service.ipc.fake import FakeService
from ginnel_service.ipc.schema import PromptAnswerParams, PromptStatus
from ipc.callers import NOBODY, PROFILE, calling, owned_by, serve

ASKED = PromptStatus(id=7, name="office", kind="otp", message="Code of your token?", username="alice")


async def until(caller: Any, method: str) -> dict[str, Any]:
    while (told := await caller.read()).get("method") != method:
        pass
    found: dict[str, Any] = told["params"]
    return found


def test_an_owner_hears_sees_and_answers_a_prompt(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(0)
        service.asks = [ASKED]
        async with calling(path) as caller:
            await caller.call("subscribe", topics=["prompt"])
            await caller.call("connection.up", name="office")
            snapshot = (await caller.call("snapshot"))["result"]
            assert [prompt["id"] for prompt in snapshot["prompts"]] == [7]
            for wrong in ({"id": 8}, {"name": "home"}):
                refused = await caller.call(
                    "prompt.answer", **{"name": "office", "id": 7, "answer": "x", **wrong}
                )
                assert refused["error"]["message"] in ("unknown_prompt", "unknown_profile")
            done = await caller.call("prompt.answer", name="office", id=7, answer="271828", remember=True)
            assert done["result"] == {}
            assert (await caller.call("snapshot"))["result"]["prompts"] == []
            late = await caller.call("prompt.answer", name="office", id=7, answer="x")
            assert late["error"]["message"] == "unknown_prompt"
            assert service.answers == [(7, "271828", True)]
            assert logs.redact("the code is 271828") == f"the code is {logs.REDACTED}"

    serve(tmp_path, scenario)


def test_a_subscriber_hears_that_a_prompt_opens_and_closes(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(0)
        service.asks = [ASKED]
        async with calling(path) as caller, calling(path) as other:
            await caller.call("subscribe", topics=["prompt"])
            await other.call("connection.up", name="office")
            assert (await until(caller, "prompt"))["message"] == "Code of your token?"
            await other.call("prompt.answer", name="office", id=7, answer=None)
            assert (await until(caller, "prompt"))["open"] is False
            assert service.answers == [(7, None, False)]

    serve(tmp_path, scenario)


def test_another_persons_prompts_are_out_of_sight_and_reach(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(4711)
        service.asks = [ASKED]
        async with calling(path) as caller:
            snapshot = (await caller.call("subscribe", topics=["prompt", "state"]))["result"]
            assert snapshot["prompts"] == []
            await service.up("office")
            refused = await caller.call("prompt.answer", name="office", id=7, answer="x")
            assert refused["error"]["message"] == "not_permitted"
            assert (await caller.call("snapshot"))["result"]["prompts"] == []
            service.publish(service.connections["office"])
            service.publish(PromptStatus(id=8, name="office", kind="password"))
            await service.answer_prompt("office", 7, None, remember=False)
            told = [await caller.read()]
            while told[-1]["params"].get("state") != "up":
                told.append(await caller.read())
            assert {each["method"] for each in told} == {"state"}

    serve(tmp_path, scenario, policy=NOBODY)


def test_an_answer_shows_in_no_repr() -> None:
    assert "hush" not in repr(PromptAnswerParams(name="office", id=1, answer="hush"))


def test_a_prompt_is_put_by_the_client_that_asked_for_the_connection(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(0)
        service.asks = [ASKED]
        async with calling(path) as app, calling(path) as terminal, calling(path) as late:
            await app.call("subscribe", topics=["prompt"])
            await terminal.call("subscribe", topics=["prompt"])
            await terminal.call("connection.up", name="office")
            assert (await until(terminal, "prompt"))["ask"] is True
            assert (await until(app, "prompt"))["ask"] is False
            # Who comes late sees it, and may answer; it is only not to ask.
            snapshot = (await late.call("snapshot"))["result"]
            assert [(each["id"], each["ask"]) for each in snapshot["prompts"]] == [(7, False)]
            assert (await late.call("prompt.answer", name="office", id=7, answer="x"))["result"] == {}
            for caller in (app, terminal):
                assert (await until(caller, "prompt"))["open"] is False

    serve(tmp_path, scenario)


def test_when_that_client_vanishes_the_others_are_to_ask(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(0)
        service.asks = [ASKED]
        async with calling(path) as app, calling(path) as deaf:
            await app.call("subscribe", topics=["prompt"])
            async with calling(path) as terminal:
                await terminal.call("subscribe", topics=["prompt"])
                await terminal.call("connection.up", name="office")
                assert (await until(app, "prompt"))["ask"] is False
                await deaf.call("subscribe", topics=["state"])
            assert (await until(app, "prompt"))["ask"] is True
            snapshot = (await app.call("snapshot"))["result"]
            assert snapshot["prompts"][0]["ask"] is True
            await app.call("prompt.answer", name="office", id=7, answer="x")
            assert service.answers == [(7, "x", False)]

    serve(tmp_path, scenario)


def test_so_they_are_when_it_hears_no_prompts_any_more_until_it_does_again(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(0)
        service.asks = [ASKED]
        async with calling(path) as app, calling(path) as terminal:
            await app.call("subscribe", topics=["prompt"])
            await terminal.call("connection.up", name="office")  # without a subscription
            assert (await until(app, "prompt"))["ask"] is True
            snapshot = (await terminal.call("subscribe", topics=["prompt"]))["result"]
            assert snapshot["prompts"][0]["ask"] is True
            assert (await until(app, "prompt"))["ask"] is False
            await terminal.call("subscribe", topics=["state"])
            assert (await until(app, "prompt"))["ask"] is True

    serve(tmp_path, scenario)


def test_who_asks_for_a_connection_that_is_under_way_takes_its_prompts_over(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(0)
        service.asks = [ASKED]
        async with calling(path) as first, calling(path) as second:
            for caller in (first, second):
                await caller.call("subscribe", topics=["prompt"])
            await first.call("connection.up", name="office")
            assert (await until(first, "prompt"))["ask"] is True
            assert (await until(second, "prompt"))["ask"] is False
            again = await second.call("connection.up", name="office")
            assert again["error"]["message"] == "already_up"
            assert (await until(first, "prompt"))["ask"] is False

    serve(tmp_path, scenario)


def test_who_may_not_use_the_connection_is_told_of_no_prompt_whoever_leaves(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(4711)
        service.asks = [ASKED]
        async with calling(path) as stranger:
            await stranger.call("subscribe", topics=["prompt", "state"])
            refused = await stranger.call("connection.up", name="office")
            assert refused["error"]["message"] == "not_permitted"
            await service.up("office")
            async with calling(path) as other:
                await other.call("subscribe", topics=["prompt"])
            stranger.writer.write(b'{"jsonrpc":"2.0","id":99,"method":"hello"}\n')
            told = [await stranger.read()]
            while told[-1].get("id") != 99:
                told.append(await stranger.read())
            assert {each["method"] for each in told[:-1]} == {"state"}
        assert service._asking is not None
        service._asking.cancel()

    serve(tmp_path, scenario, policy=NOBODY)


def test_who_asked_for_another_connection_of_that_name_takes_nobodys_prompts(tmp_path: Path) -> None:
    """Its profile was removed, and whoever has the name now is asked."""

    async def scenario(service: FakeService, path: Path) -> None:
        async with calling(path) as former, calling(path) as owner:
            for caller in (former, owner):
                await caller.call("subscribe", topics=["prompt", "profile"])
            await former.call("profile.create", profile=PROFILE, secrets={"psk": "eA=="})
            await former.call("connection.up", name="office")
            await former.call("connection.down", name="office")
            await former.call("profile.remove", name="office")
            await owner.call("profile.create", profile=PROFILE, secrets={"psk": "eA=="})
            service.asks = [ASKED]
            await service.up("office")  # by its rules
            assert (await until(owner, "prompt"))["ask"]
            snapshot = (await owner.call("snapshot"))["result"]
            assert [prompt["ask"] for prompt in snapshot["prompts"]] == [True]
        assert service._asking is not None
        service._asking.cancel()

    serve(tmp_path, scenario)
