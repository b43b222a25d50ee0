"""The workspace as JSON over HTTP, under /play/: for the page, and for other processes that act as people.

Every POST needs a JSON body with its content type, so no foreign web page can make a browser send one.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.slack.acts import ACTS, Given
from sandbox.slack.faults import Fault
from sandbox.slack.forms import CannotFill
from sandbox.slack.person import Person
from sandbox.slack.pressing import NothingThere
from sandbox.slack.refusals import Refused

if TYPE_CHECKING:
    from sandbox.slack.app import SlackWorkspace

HEARTBEAT_SECONDS = 15.0


class Play:
    def __init__(self, slack: SlackWorkspace) -> None:
        self._slack = slack

    def routes(self) -> list[Route]:
        return [
            Route("/play/state", self.state, methods=["GET"]),
            Route("/play/channels/{channel}/messages", self.messages, methods=["GET"]),
            Route("/play/channels/{channel}/{verb}", self.change_channel, methods=["POST"]),
            Route("/play/people/{name}", self.person, methods=["GET"]),
            Route("/play/people/{name}/read", self.read, methods=["POST"]),
            Route("/play/people/{name}/{verb}", self.act, methods=["POST"]),
            Route("/play/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/play/calls", self.calls, methods=["GET"]),
            Route("/play/connect", self.connect, methods=["POST"]),
            Route("/play/time", self.time, methods=["POST"]),
            Route("/play/events", self.events, methods=["GET"]),
        ]

    async def state(self, request: Request) -> Response:
        """Who and what is there, without the messages."""
        slack = self._slack
        return JSONResponse(
            {
                "team": slack.installation.team_id,
                "app": {
                    "id": slack.installation.app_id,
                    "name": slack.installation.name,
                    "bot_user": slack.installation.bot_user_id,
                    "token_trouble": slack.installation.token_trouble,
                    "url": slack.outgoing.url,
                },
                "users": [
                    user.wire(slack.installation.team_id, slack.state.now(), email=True)
                    for user in slack.users.values()
                ],
                "groups": [
                    group.wire(slack.installation.team_id, users=True, count=True) for group in slack.groups.values()
                ],
                "channels": [self._channel(id) for id in slack.channels],
                "complaints": slack.complaints,
                "limits": slack.limits.mode,
                "faults": [fault.wire() for fault in slack.faults.active],
                "waiting_events": len(slack.deliveries.waiting),
                "last_change": slack.feed.last,
                "now": slack.state.now().timestamp(),
                **slack.page.told(),
            }
        )

    async def messages(self, request: Request) -> Response:
        """A channel or, with `thread`, a thread. With `as` what that person sees, their ephemeral messages included.

        `last` is how many at most, the newest ones; `more` says whether there are older ones.
        """
        name = request.path_params["channel"]
        if name not in self._slack.channels:
            return _problem(404, f"no channel {name}")
        channel, thread = self._slack.channels[name], request.query_params.get("thread")
        last = request.query_params.get("last", "")
        if who := request.query_params.get("as"):
            try:
                shown = self._slack.person(who).sees(name, thread)
            except (KeyError, NothingThere) as error:
                return _problem(403, str(error))
        else:
            shown = channel.thread(thread) if thread else channel.messages
        more = last.isdigit() and len(shown) > int(last)
        if more:
            shown = shown[-int(last) :]
        told = [
            {**channel.told(message, metadata=True), "words": message.words, "ephemeral": message.only_for is not None}
            for message in shown
        ]
        return JSONResponse({"messages": told, "more": more})

    async def person(self, request: Request) -> Response:
        """What stands before one person: the stack of modals, their Home, the warnings they saw."""
        name = request.path_params["name"]
        if name not in self._slack.users:
            return _problem(404, f"nobody called {name}")
        return JSONResponse(self._person(self._slack.person(name)))

    async def act(self, request: Request) -> Response:
        """Do something as a person; the body holds what the verb needs. Answers what they see afterwards."""
        name, verb = request.path_params["name"], request.path_params["verb"]
        act = ACTS.get(verb)
        if name not in self._slack.users or act is None:
            return _problem(404, f"no person {name} or no verb {verb}; verbs: {', '.join(ACTS)}")
        person = self._slack.person(name)
        try:
            given = await _body(request)
            result = await act(person, given)
        except KeyError as missing:
            return _problem(400, f"missing: {missing}")
        except (NothingThere, CannotFill, Refused, TypeError, ValueError) as error:
            return _problem(409, str(error))
        return JSONResponse({"result": result, **self._person(person)})

    async def read(self, request: Request) -> Response:
        """A person has seen `channel` up to the message `ts`."""
        name = request.path_params["name"]
        try:
            given = await _body(request)
            self._slack.reading.mark(self._slack.users[name], self._slack.channels[given["channel"]], str(given["ts"]))
        except (KeyError, ValueError) as error:
            return _problem(400, str(error))
        return JSONResponse({"unread": self._slack.reading.unread(self._slack.users[name])})

    async def change_channel(self, request: Request) -> Response:
        name, verb = request.path_params["channel"], request.path_params["verb"]
        if name not in self._slack.channels:
            return _problem(404, f"no channel {name}")
        try:
            given = await _body(request)
            match verb:
                case "archive" | "unarchive":
                    self._slack.state.archive(self._slack.channels[name], archived=verb == "archive")
                case "invite_bot":
                    self._slack.faults.invite_bot(name)
                case "remove_bot":
                    self._slack.faults.remove_bot(name)
                case "join":
                    self._slack.joins(given["user"], name)
                case "rename":
                    self._slack.state.rename(self._slack.channels[name], given["name"])
                case _:
                    return _problem(404, f"no verb {verb}")
        except (KeyError, ValueError) as error:
            return _problem(400, str(error))
        return JSONResponse({"ok": True})

    async def faults(self, request: Request) -> Response:
        """GET tells them, POST adds one (the fields of `Fault`, or lag, token, limits), DELETE mends all."""
        faults = self._slack.faults
        try:
            if request.method == "POST":
                self._break(await _body(request))
            elif request.method == "DELETE":
                faults.mend()
        except (KeyError, TypeError, ValueError) as error:
            return _problem(400, str(error))
        return JSONResponse({"faults": [fault.wire() for fault in faults.active], "lag": self._slack.state.read_lag})

    async def calls(self, request: Request) -> Response:
        """The Web API calls after number `since`, of `method` (a star is a star)."""
        given = request.query_params.get("since", "0")
        since = int(given) if given.isdigit() else 0
        wanted = request.query_params.get("method", "*")
        found = [call.wire() for call in self._slack.calls.of(wanted) if call.number > since]
        return JSONResponse({"calls": found})

    async def connect(self, request: Request) -> Response:
        try:
            given = await _body(request)
            self._slack.connect(given["url"], here=given.get("here") or str(request.base_url).rstrip("/"))
        except (KeyError, ValueError) as error:
            return _problem(400, str(error))
        return JSONResponse({"url": self._slack.outgoing.url})

    async def time(self, request: Request) -> Response:
        """Do what has become due."""
        await self._slack.pass_time()
        return JSONResponse({"waiting_events": len(self._slack.deliveries.waiting)})

    async def events(self, request: Request) -> Response:
        """Changes as server-sent events, from now on or after number `after` (or the Last-Event-ID header)."""
        given = request.headers.get("last-event-id") or request.query_params.get("after")
        after = int(given) if given and given.isdigit() else None
        return StreamingResponse(self._stream(after), media_type="text/event-stream")

    async def _stream(self, after: int | None) -> AsyncIterator[str]:
        with self._slack.feed.following(after) as changes:
            yield ": here\n\n"
            while True:
                try:
                    change = await asyncio.wait_for(changes.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                yield f"id: {change.number}\ndata: {json.dumps(change.wire(), ensure_ascii=False)}\n\n"

    def _break(self, given: Given) -> None:
        if "lag" in given:
            self._slack.faults.lag(float(given["lag"]))
        elif "token" in given:
            self._slack.state.revoke(given["token"])
        elif "limits" in given:
            self._slack.limits.switch(given["limits"])
        else:
            self._slack.faults.add(Fault(**given))

    def _channel(self, id: str) -> Given:
        slack, channel = self._slack, self._slack.channels[id]
        told = channel.wire(
            bot_user=slack.installation.bot_user_id,
            team_id=slack.installation.team_id,
            shared=slack.state.shared(channel),
        )
        return {**told, "members": channel.members, "messages": len(channel.messages)}

    def _person(self, person: Person) -> Given:
        app = self._slack.installation
        stack = self._slack.state.views.stacks.get(person.id, [])
        return {
            "id": person.id,
            "modals": [{**view.wire(app), "errors": view.errors} for view in stack],
            "home": person.home.wire(app) if person.home else None,
            "banners": [vars(banner) for banner in person.banners],
            "unread": self._slack.reading.unread(person.user),
        }


async def _body(request: Request) -> Given:
    """The JSON object of a request. Raises `ValueError`."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise ValueError("send JSON, with its content type")
    given = json.loads(await request.body() or b"{}")
    if not isinstance(given, dict):
        raise ValueError("send a JSON object")
    return given


def _problem(status: int, words: str) -> Response:
    return JSONResponse({"problem": words}, status)
