"""A narrative holds formatting, links and pictures only, and something to read."""

import pytest

from fhir.fhirpath.narrative import narrative

HEAD = '<div xmlns="http://www.w3.org/1999/xhtml">'


@pytest.mark.parametrize(
    "content",
    [
        "plain",
        "<p class='x' style='color:red'>a<br/>b</p>",
        "<h1>a</h1><ul><li>b</li></ul><pre>c</pre>",
        "<table><thead><tr><th scope='col'>a</th></tr></thead></table>",
        "<a href='#x' name='y'>a</a>",
        "<img src='https://example.org/x.png' alt='a'/>",
        "ä &lt; &#228; &#xe4;",
    ],
)
def test_formatting_is_permitted(content):
    assert narrative(f"{HEAD}{content}</div>") == (False, False)


@pytest.mark.parametrize(
    "text",
    [
        "<p>no div</p>",
        "<div>no namespace</div>",
        f"{HEAD}open",
        f"{HEAD}x</div><div/>",
        f"{HEAD}<script>x</script></div>",
        f"{HEAD}<style>x</style></div>",
        f"{HEAD}<iframe src='x'>x</iframe></div>",
        f"{HEAD}<object>x</object></div>",
        f"{HEAD}<input/>x</div>",
        f"{HEAD}<p onmouseover='x'>x</p></div>",
        f"{HEAD}<a href=' JavaScript:x'>x</a></div>",
        f"{HEAD}<a href='java&#10;script:x'>x</a></div>",
        f"{HEAD}<svg:p xmlns:svg='x'>x</svg:p></div>",
        f"{HEAD}&nbsp;x</div>",
        f"{HEAD}<?php x ?>x</div>",
        f"<!DOCTYPE div [<!ENTITY a 'b'>]>{HEAD}&a;</div>",
        "",
        "text",
    ],
)
def test_anything_else_is_not(text):
    assert narrative(text).foreign


@pytest.mark.parametrize("content", ["", " \n\t", "<p/>", "\u00a0", "<!-- x -->", "<br/>"])
def test_blank_is_blank(content):
    assert narrative(f"{HEAD}{content}</div>") == (False, True)


@pytest.mark.parametrize("value", [None, {"extension": []}])
def test_what_has_no_value_has_nothing_wrong(value):
    assert narrative(value) == (False, False)
