"""Files are what their first bytes say; what could run in a browser is never shown in it."""

import base64

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fhir import changes
from fhir.principal import SYSTEM
from fhir.registry import render
from patients.acts.documents import LARGEST_FILE, plain_name
from patients.models import Binary, DocumentReference

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n%%EOF"


@pytest.fixture
def upload(post, rosa):
    def send(data=PNG, name="wound.png", content_type="image/png", **said):
        file = SimpleUploadedFile(name, data, content_type)
        form = {"file": file, "kind": "photograph", "title": "", "dated": ""} | said
        return post(f"/patients/{rosa.id}/documents/new/", **form)

    return send


def only():
    return DocumentReference.objects.get()


def served(client, row, part=0, suffix=""):
    return client.get(f"/documents/{row.pk}/file/{part}/{suffix}")


def test_a_file_becomes_a_document_of_the_patient(upload, rosa):
    upload()
    assert (only().patient, only().title, only().is_note) == (rosa, "wound.png", False)


def test_its_bytes_are_kept(upload):
    upload()
    assert bytes(Binary.objects.get().data) == PNG


def test_the_fhir_document_leads_to_its_bytes(upload):
    upload()
    attachment = render(only())["content"][0]["attachment"]
    assert attachment["url"] == Binary.objects.get().reference


def test_the_fhir_binary_holds_the_bytes(upload, signed_in):
    upload()
    answer = signed_in.get(f"/fhir/{Binary.objects.get().reference}").json()
    assert base64.b64decode(answer["data"]) == PNG


def test_the_bytes_of_another_facilitys_patient_are_not_there(upload, client, dr_baum):
    upload()
    client.force_login(dr_baum)
    assert client.get(f"/fhir/{Binary.objects.get().reference}").status_code == 404


def test_the_form_of_another_patient_files_nothing(upload, otto_here):
    assert upload(patient=str(otto_here.id)).status_code == 409
    assert not Binary.objects.exists()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"GIF89arest", "image/gif"),
        (b"RIFF\0\0\0\0WEBPrest", "image/webp"),
        (PDF, "application/pdf"),
    ],
)
def test_an_image_or_pdf_is_shown_inside_the_page(upload, signed_in, data, kind):
    upload(data, "x.bin", "application/octet-stream")
    answer = served(signed_in, only())
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"<html><script>alert(1)</script>", "x.html", "text/html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "x.svg", "image/svg+xml"),
        (b"<html>", "x.png", "image/png"),
        (b"MZ\x90", "x.pdf", "application/pdf"),
        (b"PK\x03\x04", "x.docx", "application/zip"),
        (b"plain words", "x.txt", "text/plain"),
    ],
)
def test_anything_else_is_for_download_only(upload, signed_in, data, name, said):
    upload(data, name, said)
    answer = served(signed_in, only())
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_served_image_is_in_a_sandbox(upload, signed_in):
    upload()
    answer = served(signed_in, only())
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_served_pdf_runs_nothing(upload, signed_in):
    upload(PDF)
    policy = served(signed_in, only())["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_an_image_can_be_downloaded(upload, signed_in):
    upload()
    answer = served(signed_in, only(), suffix="download/")
    assert answer["Content-Disposition"] == 'attachment; filename="wound.png"'


def test_the_page_shows_an_image(upload, signed_in):
    upload()
    page = signed_in.get(f"/documents/{only().pk}/").content.decode()
    assert f'<img src="/documents/{only().pk}/file/0/"' in page


def test_the_page_frames_a_pdf_of_this_house_only(upload, signed_in):
    upload(PDF)
    answer = signed_in.get(f"/documents/{only().pk}/")
    assert "<iframe" in answer.content.decode()
    assert "frame-src 'self'" in answer["Content-Security-Policy"]


def test_no_other_page_frames_anything(signed_in, rosa):
    policy = signed_in.get(f"/patients/{rosa.id}/documents/")["Content-Security-Policy"]
    assert "frame-src" not in policy


def test_an_empty_file_is_refused(upload):
    answer = upload(b"")
    assert answer.status_code == 422
    assert "it is empty" in answer.content.decode()


def test_a_file_that_is_too_large_is_refused_with_both_sizes(upload, monkeypatch):
    monkeypatch.setattr("patients.acts.documents.LARGEST_FILE", 2**20)
    page = upload(PNG + b"x" * 2**20).content.decode()
    assert "1.0 MB; one document holds at most 1 MB" in page


def test_a_body_that_is_too_large_is_refused_before_it_is_read(post, rosa):
    address = f"/patients/{rosa.id}/documents/new/"
    answer = post(address, file=SimpleUploadedFile("x", b"x" * (LARGEST_FILE + 2**17)))
    assert answer.status_code == 413
    assert "This page takes at most 20 MB" in answer.content.decode()
    assert not Binary.objects.exists()


def test_the_form_needs_the_token_of_its_page(dr_ames, rosa):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(dr_ames)
    assert strict.post(f"/patients/{rosa.id}/documents/new/", {}).status_code == 403


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("..\\..\\etc\\passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ('a"b\r\nX: y.png', "abX: y.png"),
        ("\n", "file"),
        ("ein Brief 漢 🫀.pdf", "ein Brief 漢 🫀.pdf"),
    ],
)
def test_a_file_name_is_only_a_name(name, plain):
    assert plain_name(name) == plain


def test_a_registrar_files_nothing(client, registrar, rosa):
    client.force_login(registrar)
    assert client.get(f"/patients/{rosa.id}/documents/new/").status_code == 403


def test_a_document_of_another_facility_is_not_there(upload, client, dr_baum):
    upload()
    client.force_login(dr_baum)
    assert client.get(f"/documents/{only().pk}/").status_code == 404
    assert served(client, only()).status_code == 404


def received(rosa, *attachments, **columns):
    content = [{"attachment": each} for each in attachments]
    row = DocumentReference(patient=rosa, status="current", content=content, **columns)
    return changes.create(row, by=SYSTEM)


def b64(data):
    return base64.b64encode(data).decode()


def test_a_received_html_note_is_download_only(signed_in, rosa):
    row = received(rosa, {"contentType": "text/html", "data": b64(b"<script>x</script>")})
    answer = served(signed_in, row)
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_received_file_that_lies_about_its_type_is_download_only(signed_in, rosa):
    row = received(rosa, {"contentType": "image/png", "data": b64(b"<script>x</script>")})
    assert "<img" not in signed_in.get(f"/documents/{row.pk}/").content.decode()
    assert served(signed_in, row)["Content-Disposition"].startswith("attachment")


def test_a_file_that_lies_elsewhere_is_said(signed_in, rosa):
    row = received(rosa, {"contentType": "application/pdf", "url": "https://far.example/x.pdf"})
    page = signed_in.get(f"/documents/{row.pk}/").content.decode()
    assert "its content is not stored here" in page
    assert 'href="https://far.example' not in page


def test_a_part_that_is_not_there_is_not_found(signed_in, rosa):
    row = received(rosa, {"contentType": "image/png", "data": b64(PNG)})
    assert served(signed_in, row, part=7).status_code == 404


def test_the_binary_of_another_patient_is_not_served(upload, signed_in, otto_here, rosa):
    upload()
    binary = Binary.objects.get()
    binary.patient = otto_here
    Binary.objects.update(patient=otto_here)
    assert served(signed_in, only()).status_code == 404


def test_a_document_in_error_shows_no_small_picture(upload, post, signed_in, rosa):
    upload()
    post(f"/records/DocumentReference/{only().pk}/in-error/", reason="not hers", version="1")
    assert "<img" not in signed_in.get(f"/patients/{rosa.id}/documents/").content.decode()


def test_no_documents_is_said(signed_in, rosa):
    assert "none recorded" in signed_in.get(f"/patients/{rosa.id}/documents/").content.decode()
