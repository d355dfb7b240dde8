"""Templates: the shipped ones and those that users write."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.common import Channel
from contracts.inbox import MessageKind
from inbox.domain import templates, variables
from inbox.testing import contact, service, trip


def values(language: str = "en", services: int = 3, **more: Any) -> dict[str, Any]:
    planned = [service(days=n + 1, name=f"Transfer <{n}>") for n in range(services)]
    journey = trip(*planned, public_url="https://trips.example/p/abc")
    known: dict[str, Any] = {
        "recipient": variables.recipient(contact("Lisboa & Filhos"), "", "a@b.test"),
        "itinerary": variables.itinerary(journey, language),
        "services": variables.services([(journey, s) for s in journey.services], language),
        "organisation": {"name": "Meridian Travel"},
        "sender": {"name": "Maria Ruiz"},
    }
    known["services_table"] = templates.services_table(known, language)
    return known | more


ABOUT_SERVICES = (MessageKind.MESSAGE, MessageKind.PURCHASE_ORDER, MessageKind.DUTY_MESSAGE)


@pytest.mark.parametrize("kind", ABOUT_SERVICES)
@pytest.mark.parametrize("language", templates.LANGUAGES)
def test_a_shipped_template_says_everything_about_each_service(
    kind: MessageKind, language: str
) -> None:
    template = templates.built_in_for(kind, language)
    filled = templates.fill(template.subject, template.body, values(language))
    assert filled.missing == {}
    assert "[TRP-2026-0012]" in filled.subject
    for text in (filled.text, filled.html):
        for said in (
            "TRP-2026-0012",
            "Lisbon Airport, Terminal 1",
            "Alameda das Comunidades Portuguesas",
            "Flight TP 123",
            "One child seat",
            "Private minivan to the hotel",
            "Anna Nováková",
            "2026",
            "UTC+0",
            "https://trips.example/p/abc",
        ):
            assert said in text
    assert "Transfer &lt;2&gt;" in filled.html
    assert "Transfer <2>" in filled.text
    assert "<script" not in filled.html
    assert ("Date: Monday, 23 November 2026" in filled.text) == (language == "en")
    assert ("Fecha: lunes, 23 de noviembre de 2026" in filled.text) == (language == "es")


def test_the_services_come_in_the_order_of_their_time() -> None:
    later, sooner = service(days=9, name="Later"), service(days=1, name="Sooner")
    journey = trip(later, sooner)
    told = variables.services([(journey, s) for s in journey.services], "en")
    assert [each["name"] for each in told] == ["Sooner", "Later"]


def test_what_a_service_lacks_has_no_row() -> None:
    bare = service(
        description="", time=None, duration=None, place="", address="", notes="", requirements=""
    )
    journey = trip(bare, guests=[])
    known = values(services=0) | {"services": variables.services([(journey, bare)], "en")}
    text = templates.services_table(known, "en").text
    assert text == "Airport transfer\nDate: Tuesday, 24 November 2026\nPax: 4"


def test_services_of_several_trips_name_their_trip() -> None:
    known = values() | {"several_itineraries": True}
    assert "Itinerary: TRP-2026-0012 – Family Novák" in templates.services_table(known, "en").text


def test_own_words_take_the_place_of_the_opening_and_closing() -> None:
    template = templates.built_in_for(MessageKind.PURCHASE_ORDER, "en")
    message = templates.Block("<p>Olá <b>João</b></p>", "Olá João")
    filled = templates.fill(template.subject, template.body, values(message=message))
    assert filled.text.startswith("Olá João\n")
    assert "Dear" not in filled.text
    assert "Kind regards" not in filled.text
    assert "Please confirm this order" in filled.text


def test_the_name_under_the_closing_gives_way_to_a_signature() -> None:
    template = templates.built_in_for(MessageKind.MESSAGE, "en")
    assert "Maria" in templates.fill("s", template.body, values()).text
    assert "Maria" not in templates.fill("s", template.body, values(signature=True)).text


def test_a_plain_body_becomes_paragraphs() -> None:
    filled = templates.fill("Hi {{ a }}", "Dear {{ a }},\n\nbye", {"a": "<B & C>"})
    assert filled.subject == "Hi <B & C>"
    assert filled.text == "Dear <B & C>,\n\nbye"
    assert filled.html == "<p>Dear &lt;B &amp; C&gt;,</p><p>bye</p>"


def test_an_html_body_is_sanitised_and_has_a_text() -> None:
    body = "<p>{{ a }}</p><script>x</script><p onclick='y'>z {{ 'q' }}</p>"
    filled = templates.fill("s", body, {"a": "<B>"})
    assert filled.html == "<p>&lt;B&gt;</p><p>z q</p>"
    assert filled.text == "<B>\n\nz q"


def test_a_subject_is_one_line_whatever_the_data() -> None:
    filled = templates.fill("Trip {{ t }}", "b", {"t": "x\r\nBcc: spy@evil.test"})
    assert filled.subject == "Trip x Bcc: spy@evil.test"


def test_missing_values_of_subject_and_body_are_told_together() -> None:
    filled = templates.fill("{{ promo }}", "one\n{{ promo }}\n{{ code }}", {})
    assert filled.missing == {"promo": 1, "code": 3}


def test_variables_used_are_dotted_and_without_local_names() -> None:
    body = (
        "{% assign x = a.b %}{{ x }}{% for s in services %}{{ s.name }}{{ forloop.index }}"
        "{% endfor %}{{ c | append: d }}"
    )
    assert templates.variables_used("{{ e }}", body) == ["a.b", "c", "d", "e", "services"]


def test_check_names_the_field_and_the_line() -> None:
    assert templates.check("fine {{ x }}", "fine") == {}
    wrong = templates.check("{{ x", "a\n{% nope %}")
    assert wrong["subject"].startswith("line 1, column 1:")
    assert wrong["body"].startswith("line 2, column 1: unknown tag")
    assert templates.check("a\nb", "x") == {"subject": "must be a single line"}


def test_a_given_value_fills_a_gap_and_replaces_nothing() -> None:
    known = {"recipient": {"address": "a@b.test"}, "services": [1]}
    given = {"recipient.name": "Ana", "recipient.address": "spy@evil.test", "code": "X1", "e": " "}
    filled = variables.with_given(known, given | {"services.0": "x"})
    assert filled == {
        "recipient": {"address": "a@b.test", "name": "Ana"},
        "services": [1],
        "code": "X1",
    }
    assert known["recipient"] == {"address": "a@b.test"}


def test_shipped_languages() -> None:
    assert templates.shipped_language(None, "es-MX", "en") == "es"
    assert templates.shipped_language("cs", None) == "en"
    assert len(templates.built_in()) == len(MessageKind) * len(Channel) * 2
    assert all(t.built_in and t.variables for t in templates.built_in().values())
