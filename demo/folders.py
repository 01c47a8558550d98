"""The paper folder of a person: letters as PDF and drawings as PNG, made here byte by byte."""

from __future__ import annotations

import re
import struct
import zlib
from base64 import b64encode
from datetime import datetime
from textwrap import dedent

from demo.chart import Chart
from demo.days import Days
from demo.elements import Resource, instant

LETTERS = {  # person: title, who wrote it, days ago, text
    "eleni-vassiliou": (
        "Letter from the heart clinic, Port Meridian",
        "Port Meridian Heart Clinic",
        1580,
        """
        Dear colleague,

        your patient has ischaemic cardiomyopathy after an inferior infarction
        and bypass surgery. Ejection fraction 34 %. Cough on lisinopril, so
        sacubitril/valsartan was begun. Please check potassium in two weeks.
        """,
    ),
    "gideon-mwangi": (
        "Letter to his dentist",
        "Alder Bay Hospital",
        5,
        """
        Mr. Mwangi takes warfarin (INR target 2.0-3.0).

        One tooth may be taken out when the INR of the same day is below 3.0.
        Please no metronidazole, no fluconazole and no ibuprofen.
        """,
    ),
    "bohumil-novotny": (
        "Physiotherapy report",
        "Home physiotherapy, Quarry Hill",
        4,
        """
        Three visits at home. Freezing at the bathroom door, loose carpet
        removed, second handrail fitted. Stands up safely in two steps.
        Timed up and go 19 seconds (was 26). Goes on twice a week.
        """,
    ),
    "walter-brzezinski": (
        "Old discharge letter (copy)",
        "St. Brendan Chest Hospital",
        1900,
        """
        COPD, exacerbation in winter. FEV1 44 %. No ventilation needed.
        Medicines at discharge: tiotropium, albuterol.
        Allergies: "water tablet, name unknown".
        """,
    ),
    "rosa-lindqvist": (
        "Leaflet given: living with extra beats",
        "Alder Bay Hospital",
        3,
        """
        Extra beats feel like a thump or a pause. Write down when they come.
        Fainting, chest pain or breathlessness: call emergency services.
        """,
    ),
}
DRAWINGS = {  # person: title, who made it, days ago, points of the curve in thousandths
    "kofi-asante": (
        "Peak flow diary, photographed",
        "His mother",
        21,
        (850, 900, 880, 820, 640, 600, 690, 780, 860, 930, 950, 940, 980, 1000),
    ),
    "nadia-benhaddou": (
        "Blood sugar diary, photographed",
        "The patient",
        4,
        (720, 700, 690, 710, 650, 660, 630, 640, 600, 620, 610, 600),
    ),
}
WIDTH, HEIGHT = 480, 240
WHITE, GRID, INK = (255, 255, 255), (222, 230, 238), (28, 78, 138)


def file(chart: Chart, key: str, days: Days) -> None:
    """Put the papers of the person called ``key`` into their chart."""
    if key in LETTERS:
        title, source, days_ago, text = LETTERS[key]
        page = pdf([title, source, "", *dedent(text).strip().splitlines()])
        chart.write(_document(title, source, days.at(days_ago, "05:30"), "application/pdf", page))
    if key in DRAWINGS:
        title, source, days_ago, points = DRAWINGS[key]
        chart.write(_document(title, source, days.at(days_ago, "05:30"), "image/png", png(points)))


def _document(title: str, source: str, at: datetime, kind: str, data: bytes) -> Resource:
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"text": "Letter" if kind == "application/pdf" else "Picture"},
        "date": instant(at),
        "author": [{"display": source}],
        "description": title,
        "content": [
            {
                "attachment": {
                    "contentType": kind,
                    "data": b64encode(data).decode(),
                    "size": len(data),
                    "title": title,
                    "creation": instant(at),
                }
            }
        ],
    }


def pdf(lines: list[str]) -> bytes:
    """One A4 page of plain lines (PDF 1.4, Helvetica).

    >>> pdf(["Hello"])[:8]
    b'%PDF-1.4'
    """
    shown = [re.sub(r"([()\\])", r"\\\1", line) for line in lines]
    text = "BT /F1 11 Tf 60 780 Td 16 TL " + " ".join(f"({line}) Tj T*" for line in shown) + " ET"
    stream = text.encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table) + end


def png(points: tuple[int, ...]) -> bytes:
    """A curve on squared paper.

    >>> png((0, 1000))[1:4]
    b'PNG'
    """
    rows = [[_paper(x, y) for x in range(WIDTH)] for y in range(HEIGHT)]
    step = (WIDTH - 40) / (len(points) - 1)
    for x in range(20, WIDTH - 20):
        place = (x - 20) / step
        left = min(int(place), len(points) - 2)
        value = points[left] + (points[left + 1] - points[left]) * (place - left)
        y = round(HEIGHT - 20 - value * (HEIGHT - 40) / 1000)
        for thick in range(-1, 2):
            rows[y + thick][x] = INK
    raw = b"".join(b"\0" + bytes(c for pixel in row for c in pixel) for row in rows)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(kind, data) for kind, data in parts)


def _paper(x: int, y: int) -> tuple[int, int, int]:
    return GRID if x % 20 == 0 or y % 20 == 0 else WHITE


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
