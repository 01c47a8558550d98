"""Programs that talk FHIR over HTTP, for the tests of the door."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.clients import registering, tokens
from accounts.clients.registering import Registration
from fhir.codec import dumps, loads
from fhir.principal import SYSTEM

JSON = "application/fhir+json"


@dataclass
class Reply:
    """What came back."""

    response: Any

    @property
    def status(self):
        return self.response.status_code

    @property
    def body(self):
        return loads(self.response.content)

    @property
    def expressions(self):
        """What the OperationOutcome names."""
        return [place for issue in self.body["issue"] for place in issue.get("expression", [])]

    @property
    def entries(self):
        return self.body.get("entry", [])

    @property
    def resources(self):
        return [entry["resource"] for entry in self.entries if "resource" in entry]

    @property
    def names(self):
        return [f"{each['resourceType']}/{each['id']}" for each in self.resources]

    def __getitem__(self, header):
        return self.response[header]


@dataclass
class Program:
    """A program with a token."""

    token: str

    def ask(self, method, path, body=None, content_type=JSON, **headers):
        sent = body if isinstance(body, bytes) else b"" if body is None else dumps(body)
        given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = Browser().generic(
            method, f"/fhir/{path}" if path else "/fhir", sent, content_type, headers=given
        )
        return Reply(answer)

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def put(self, path, body, **headers):
        return self.ask("PUT", path, body, **headers)

    def post(self, path, body, **headers):
        return self.ask("POST", path, body, **headers)

    def delete(self, path, **headers):
        return self.ask("DELETE", path, **headers)

    def patch(self, path, operations, **headers):
        return self.ask("PATCH", path, operations, "application/json-patch+json", **headers)

    def transaction(self, *entries, kind="transaction", **headers):
        return self.post(
            "", {"resourceType": "Bundle", "type": kind, "entry": list(entries)}, **headers
        )


@pytest.fixture
def program(db):
    """Makes a program with these scopes, for these facilities or all."""

    @cache
    def make(scope="system/*.cruds", *facilities):
        as_said = Registration(
            f"Program {scope} {facilities}", scope, list(facilities), not facilities
        )
        made, _ = registering.register(by=SYSTEM, as_said=as_said)
        token = tokens.issue(by=SYSTEM, client=made, scope=scope, life=timedelta(hours=1))
        return Program(token)

    return make


@pytest.fixture
def api(program):
    """A program that may do everything."""
    return program()


def patient(**elements):
    """The least Patient."""
    return {"resourceType": "Patient"} | elements


def entry(method, url, resource=None, full_url="", **request):
    """An entry of a batch or transaction."""
    made = {"request": {"method": method, "url": url} | request}
    if full_url:
        made["fullUrl"] = full_url
    return made | ({"resource": resource} if resource is not None else {})
