"""Somebody signed in, a draft of theirs, and a signed note."""

import pytest

from accounts.principals import principal_of
from patients.acts.notes import save_draft, sign, start_draft
from patients.models import NoteDraft, NoteTemplate
from patients.note_text import compose, sha256
from tests.cast import visit

SOAP = "Subjective\nObjective\nAssessment\nPlan"
TEXTS = ["Coughs since Monday.", "Chest clear.", "Viral bronchitis.", "Rest, come back if fever."]


@pytest.fixture
def soap(db):
    return NoteTemplate.objects.create(name="SOAP for tests", kind="soap", outline=SOAP)


@pytest.fixture
def draft(as_ames, rosa, soap):
    return start_draft(by=as_ames, patient=rosa, template=soap)


@pytest.fixture
def signed_in(client, dr_ames):
    client.force_login(dr_ames)
    return client


@pytest.fixture
def post(signed_in, rosa):
    """Post a form about Rosa."""

    def send(address, **data):
        return signed_in.post(address, {"patient": str(rosa.id)} | data)

    return send


@pytest.fixture
def save(signed_in, draft):
    """Post the draft's form with ``texts``."""

    def send(texts=TEXTS, *, by_itself=False, **data):
        said = {f"text-{place}": text for place, text in enumerate(texts)}
        revision = str(NoteDraft.objects.get(pk=draft.pk).revision)
        form = {"title": "SOAP", "revision": revision, "patient": str(draft.patient_id)}
        headers = {"X-Autosave": "1"} if by_itself else {}
        return signed_in.post(f"/drafts/{draft.pk}/", form | said | data, headers=headers)

    return send


def write(by, draft, texts=TEXTS):
    return save_draft(
        by=by, draft=draft, title="SOAP", texts=texts, expected=draft.revision, editor=""
    )


def signed(by, draft):
    return sign(
        by=by,
        draft=draft,
        expected=draft.revision,
        shown_sha256=sha256(compose(draft.sections)),
    )


@pytest.fixture
def note(as_ames, draft):
    """Signed by Dr Ames for Rosa."""
    return signed(as_ames, write(as_ames, draft))


@pytest.fixture
def otto_here(otto, harbour):
    """Otto's chart is open to Dr Ames too."""
    visit(otto, harbour)
    return otto


@pytest.fixture
def as_baum(dr_baum):
    return principal_of(dr_baum)
