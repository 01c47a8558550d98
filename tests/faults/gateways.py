"""Broken gateways before the house or another system: negative controls of what arrives."""

import json
from typing import Any

from tests.faults.relay import Answer, Asked, Relay
from tests.faults.witness import CHUNK

FHIR = "application/fhir+json"


class Doubling(Relay):
    """Sends every Observation once more, as if it were a new one."""

    def handle(self, asked: Asked) -> Answer:
        answer = self.passed_on(asked)
        body = observation(asked)
        if body is not None and answer.status in {200, 201}:
            again = {name: value for name, value in body.items() if name not in {"id", "meta"}}
            path = asked.path.partition("/Observation")[0] + "/Observation"
            headers = {"Content-Type": FHIR}
            self.passed_on(Asked("POST", path, headers, json.dumps(again).encode()))
        return answer


class Swallowing(Relay):
    """Answers that an Observation was taken, and throws it away."""

    def handle(self, asked: Asked) -> Answer:
        body = observation(asked)
        if body is None:
            return self.passed_on(asked)
        body.setdefault("meta", {})["versionId"] = "1"
        headers = {"Content-Type": FHIR, "ETag": 'W/"1"'}
        return Answer(201, headers, json.dumps(body).encode())


class Gullible(Relay):
    """Tells a device that its chunk was taken where the house refused it."""

    def handle(self, asked: Asked) -> Answer:
        answer = self.passed_on(asked)
        chunk = CHUNK.fullmatch(asked.path)
        return taken(int(chunk[2])) if chunk and answer.status == 409 else answer


class Dropping(Relay):
    """Answers for every fourth chunk without passing it on."""

    def handle(self, asked: Asked) -> Answer:
        chunk = CHUNK.fullmatch(asked.path)
        if chunk and int(chunk[2]) % 4 == 3:
            return taken(int(chunk[2]))
        return self.passed_on(asked)


def taken(seq: int) -> Answer:
    """What the house says of a chunk that it has."""
    return Answer(200, {"Content-Type": "application/json"}, json.dumps({"seq": seq}).encode())


def observation(asked: Asked) -> dict[str, Any] | None:
    """The Observation that a request writes."""
    if asked.method not in {"POST", "PUT"} or "/Observation" not in asked.path:
        return None
    found: dict[str, Any] = json.loads(asked.body)
    return found
