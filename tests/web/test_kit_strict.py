"""The strict reader finds what it is there to find: each fault put into a page that is well."""

import pytest

from tests.web.strict import NotStrict, parse_strictly

WELL = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Awards - Office of a made-up area</title></head>
<body><main id="main"><h1>Awards</h1>
<form method="post" action="/a"><input type="hidden" name="csrf_token" value="t"><label for="x">Name</label>
<input id="x" name="x"><button>Send</button></form>
<table><caption>Awards</caption><thead><tr><th scope="col">Award</th></tr></thead><tbody><tr><td>1</td></tr></tbody>
</table><a href="https://www.legislation.gov.uk/x">The Act</a></main></body></html>"""
HOSTS = ("www.legislation.gov.uk",)


def test_a_page_that_is_well_is_read() -> None:
    assert parse_strictly(WELL, HOSTS).get("lang") == "en-GB"


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("<h1>Awards</h1>", "<p><ul><li>x</li></ul></p><h1>Awards</h1>", "HTML:"),
        ("</main>", "</section></main>", "HTML:"),
        ("<!DOCTYPE html>", "", "doctype"),
        ("en-GB", "en", "British English"),
        ("<h1>Awards</h1>", "<h1>Awards</h1><h1>Awards</h1>", "exactly one h1"),
        ("<h1>Awards</h1>", "", "exactly one h1"),
        ("<h1>Awards</h1>", "<h1>Money</h1>", "does not hold the heading"),
        ("Office of a made-up area</title>", "GOV.UK</title>", "not this page's"),
        ("<h1>Awards</h1>", "<h1>Awards</h1><h3>x</h3>", "level 3 comes after one of level 1"),
        ('id="x"', 'id="main"', "2 things have the id main"),
        ('for="x"', 'for="y"', "which is not on the page"),
        ('for="x"', "", "has no label"),
        ('<input id="x"', '<input type="hidden" id="x"', "points at no field"),
        ("Name</label>", "</label>", "has no words"),
        (">Send<", "><", "a button has no words"),
        ('value="t"', 'value=""', "without the one csrf_token"),
        ('<input type="hidden" name="csrf_token" value="t">', "", "without the one csrf_token"),
        ('method="post"', 'method="get"', "into an address"),
        ('method="post" ', "", "does not say how it is sent"),
        ("<caption>Awards</caption>", "", "a table has no caption"),
        (' scope="col"', "", "has no scope"),
        ("<h1>", '<h1 style="color: red">', "a style of its own"),
        ("</head>", "<style>p{}</style></head>", "a style of its own"),
        ("<h1>", '<h1 onclick="x()">', "runs a script by onclick"),
        ("</main>", "<script>x()</script></main>", "without a nonce"),
        ("</main>", '<script src="//cdn.example/x.js"></script></main>', "another site"),
        ("</main>", '<img alt="" src="https://a.example/x.png"></main>', "another site"),
        ('action="/a"', 'action="https://a.example/"', "another site"),
        ("</head>", '<link rel="stylesheet" href="https://a.example/x.css"></head>', "another site"),
        ("https://www.legislation.gov.uk/x", "https://a.example/", "out of the house"),
        ("https://www.legislation.gov.uk/x", "javascript:x()", "out of the house"),
        ("https://www.legislation.gov.uk/x", "#nowhere", "not on the page"),
    ],
)
def test_each_fault_is_found(before: str, after: str, fault: str) -> None:
    assert before in WELL
    with pytest.raises(NotStrict, match=fault):
        parse_strictly(WELL.replace(before, after, 1), HOSTS)
