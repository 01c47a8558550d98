"""FHIRPath text becomes the tree that the specification describes."""

from decimal import Decimal

import pytest

from fhir.fhirpath.parser import NotFhirPath, parse
from fhir.fhirpath.tree import (
    Call,
    Constant,
    Empty,
    Indexed,
    Literal,
    Member,
    Moment,
    Operation,
    Quantity,
    Signed,
    Typed,
    Variable,
)

A, B, C = (Member(None, name) for name in "abc")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", A),
        ("`div`", Member(None, "div")),
        ('a."given name"', Member(A, "given name")),
        ("a.b[0]", Indexed(Member(A, "b"), Literal(0))),
        ("a.exists()", Call(A, "exists", ())),
        ("iif(a, b, c)", Call(None, "iif", (A, B, C))),
        ("$this", Variable("this")),
        ("$index", Variable("index")),
        ("%resource.a", Member(Constant("resource"), "a")),
        ("%`vs-gender`", Constant("vs-gender")),
        ("%'vs-gender'", Constant("vs-gender")),
        ("{}", Empty()),
        ("true", Literal(value=True)),
        ("a.true", Member(A, "true")),
        ("12", Literal(12)),
        ("1.50", Literal(Decimal("1.50"))),
        ("-1", Signed("-", Literal(1))),
        ("4 'mg'", Quantity(Decimal(4), "mg")),
        ("2 weeks", Quantity(Decimal(2), "weeks")),
        (r"'it\'s \u0041 \\ \n'", Literal("it's A \\ \n")),
        ("@2024", Moment("2024")),
        ("@2024-02-29", Moment("2024-02-29")),
        ("@2024-02-29T10:00:00.5+02:00", Moment("2024-02-29T10:00:00.5+02:00")),
        ("@T10:00", Moment("T10:00")),
        ("a as Quantity", Typed(A, "as", "Quantity")),
        ("a.as(Quantity)", Typed(A, "as", "Quantity")),
        ("as(uri)", Typed(None, "as", "uri")),
        ("a.ofType(FHIR.Patient)", Typed(A, "ofType", "FHIR.Patient")),
        ("a is System.Boolean", Typed(A, "is", "System.Boolean")),
        ("(a as Quantity).value", Member(Typed(A, "as", "Quantity"), "value")),
        ("a // the rest is prose\n.b", Member(A, "b")),
        ("a /* so\nis this */ = b", Operation("=", A, B)),
        ("contains = as", Operation("=", Member(None, "contains"), Member(None, "as"))),
        ("a.contains(b)", Call(A, "contains", (B,))),
    ],
)
def test_a_text_has_its_tree(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "brackets"),
    [
        ("a + b * c", "a + (b * c)"),
        ("a - b - c", "(a - b) - c"),
        ("a | b = c", "(a | b) = c"),
        ("a = b | c", "a = (b | c)"),
        ("a < b = c", "(a < b) = c"),
        ("a = b and c", "(a = b) and c"),
        ("a in b and c", "(a in b) and c"),
        ("a or b and c", "a or (b and c)"),
        ("a xor b or c", "(a xor b) or c"),
        ("a implies b or c", "a implies (b or c)"),
        ("a implies b implies c", "(a implies b) implies c"),
        ("a is Quantity and b", "(a is Quantity) and b"),
        ("a & b | c", "(a & b) | c"),
        ("a > b & c", "a > (b & c)"),
        ("-a + b", "(-a) + b"),
        ("-a.b", "-(a.b)"),
        ("a and b in c", "a and (b in c)"),
        ("a mod b div c", "(a mod b) div c"),
    ],
)
def test_operators_bind_as_the_specification_says(text, brackets):
    assert parse(text) == parse(brackets)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expected a value at 0, found the end."),
        ("a.", "Expected a name at 2, found the end."),
        ("a b", 'Expected the end at 2, found "b".'),
        ("(a", "Expected ) at 2, found the end."),
        ("a[0", "Expected ] at 3, found the end."),
        ("f(a,", "Expected a value at 4, found the end."),
        ("a.12", 'Expected a name at 2, found "12".'),
        ("{a}", 'Expected } at 1, found "a".'),
        ("'open", '"\'open" at 0 is not FHIRPath.'),
        ("a ? b", '"? b" at 2 is not FHIRPath.'),
        ("a is 'x'", "Expected a name at 5, found \"'x'\"."),
        (") a", 'Expected a value at 0, found ")".'),
    ],
)
def test_a_broken_text_is_refused_by_its_place(text, message):
    with pytest.raises(NotFhirPath) as refused:
        parse(text)
    assert refused.value.message == message


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "a" + ")" * 5000,
        "-" * 5000 + "a",
        "a" + ".b" * 5000,
        "a" + " or a" * 3000,
        "a" + "[0]" * 5000,
        "a" + " is b" * 3000,
        "a" * 20_001,
    ],
    ids=["brackets", "signs", "members", "operators", "indexes", "types", "length"],
)
def test_nothing_nests_deeper_than_a_reader_can_follow(text):
    with pytest.raises(NotFhirPath):
        parse(text)


@pytest.mark.parametrize(
    "text", ["'" + "\\" * 19_000, "/*" * 9_000, "@T" * 9_000, "`" + "a" * 19_000]
)
def test_a_text_that_never_closes_is_refused_at_once(text):
    with pytest.raises(NotFhirPath):
        parse(text)
