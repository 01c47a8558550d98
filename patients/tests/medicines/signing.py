"""A prescription signed, stopped and given on its pages, as people do it at the ward."""

from django.utils import timezone

from patients.tests.medicines.conftest import posted


def text(answer):
    return answer.content.decode()


def new(rosa):
    return f"/patients/{rosa.id}/medications/new/"


def checked(client, rosa, **fields):
    """The page after "Check", and what its hidden fields say."""
    answer = client.post(new(rosa), posted(**fields))
    return answer, answer.context.get("shown", "")


def sign(client, rosa, shown, **fields):
    said = posted(**fields) | {"sign": "1", "shown": shown, "patient": str(rosa.id)}
    return client.post(new(rosa), said)


def signed(client, rosa, **fields):
    _answer, shown = checked(client, rosa, **fields)
    return sign(client, rosa, shown, **fields)


def stop(client, row, rosa, **fields):
    said = {
        "reason": "Dizzy",
        "version": "1",
        "at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "patient": str(rosa.id),
    }
    return client.post(f"/medications/{row.id}/stop/", said | fields)


def give(client, row, rosa, **fields):
    said = {
        "outcome": "given",
        "dose": "5 mg",
        "at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "patient": str(rosa.id),
    }
    return client.post(f"/medications/{row.id}/give/", said | fields)
