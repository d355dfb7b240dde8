"""What is new in an answer, and what it quotes."""

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_gateway.domain.languages import LANGUAGES
from email_gateway.domain.quotes import has_quote, split_reply

ANSWER = "Dobrý den,\n\nano, přijedeme v 10:15."
QUOTE = "> Dobrý den,\n> kdy přijedete?\n"
BARE = "Dobrý den,\nkdy přijedete?\n"

GMAIL_LINE = "On Mon, Apr 2, 2012 at 5:26 PM, Megan One <m@x.test> wrote:"
IPHONE = "On Apr 3, 2012, at 4:19 PM, bob <bob@x.test> wrote:"
THUNDERBIRD = "Dne 22. 11. 26 v 10:15 Agentura napsal(a):"
# The line above a quote, as clients of each language write it.
LINES = [
    GMAIL_LINE,
    IPHONE,
    "On 04/02/2012 06:26 PM, Megan One wrote:",
    "2012-04-02 10:00 GMT+02:00 Jan Novák <j@x.test>:",
    "ne 22. 11. 2026 v 10:15 odesílatel Agentura <i@x.test> napsal:",
    "ne 22. 11. 2026 v 10:15 odesílatel Agentura s velmi velmi dlouhým jménem\n<i@x.test> napsal:",
    "22. 11. 2026 v 10:15, Agentura <i@x.test>:",
    THUNDERBIRD,
    "ne 22. 11. 2026 o 10:15 Agentura <i@x.test> napísal(a):",
    "Dňa 22. 11. 2026 o 10:15 Agentura napísal(a):",
    "Am 24.08.2016 um 10:00 schrieb Hans Müller:",
    "Hans Müller <h@x.test> schrieb am Mi., 24. Aug. 2016 um 10:00 Uhr:",
    "Le mer. 24 août 2016 à 10:00, Jean Dupont <\njean.dupont@un-domaine-long.test> a écrit :",
    "El mié, 24 ago 2016 a las 10:00, Juan (<j@x.test>) escribió:",
    "Il giorno mer 24 ago 2016 alle ore 10:00 Mario <m@x.test> ha scritto:",
    "W dniu śr., 24.08.2016 o 10:00 Jan <j@x.test> napisał(a):",
    "W dniu 24 sierpnia 2016 10:00 użytkownik Jan <j@x.test> napisał:",
    "Op wo 24 aug. 2016 om 10:00 schreef Jan <j@x.test>:",
    "Op 24 aug. 2016 om 10:00 heeft Jan <j@x.test> het volgende geschreven:",
    "ср, 24 авг. 2016 г. в 10:00, Иван <i@x.test>:",
    "24.08.2016 10:00, Иван пишет:",
    "24 августа 2016 г., 10:00 пользователь Иван <i@x.test> написал:",
    "ср, 24 серп. 2016 р. о 10:00 Іван <i@x.test> пише:",
    "Em qua., 24 de ago. de 2016 às 10:00, João <j@x.test> escreveu:",
    "Den ons 24 aug. 2016 kl 10:00 skrev Sven <s@x.test>:",
    "ke 24. elok. 2016 klo 10.00 Matti (<m@x.test>) kirjoitti:",
    "János <j@x.test> ezt írta (időpont: 2016. aug. 24., Sze, 10:00):",
    "În mie., 24 aug. 2016 la 10:00, Ion <i@x.test> a scris:",
    "24 Ağu 2016 Çar 10:00 tarihinde Ali <a@x.test> şunu yazdı:",
    "在 2016年8月24日，10:00，张三 <z@x.test> 写道：",
    "Quoting Jan Novák <j@x.test>:",
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_the_line_above_a_quote_goes_with_it(line: str, gap: str) -> None:
    reply = split_reply(f"{ANSWER}\n\n{line}{gap}{QUOTE}")
    assert reply.visible == ANSWER
    assert reply.quoted.startswith(line)


@pytest.mark.parametrize("line", [line for line in LINES if "<" in line and "Quoting" not in line])
def test_with_an_address_the_quote_needs_no_marks(line: str) -> None:
    assert split_reply(f"{ANSWER}\n\n{line}\n\n{BARE}").visible == ANSWER


def test_the_line_is_found_right_below_the_answer() -> None:
    line = '02.04.2012 14:20 пользователь "bob@x.mail.test" <\nbob@x.mail.test> написал:'
    text = f"Hello\n{line}\n\n> Hi"
    assert split_reply(text).visible == "Hello"


HEADERS = {
    "cs": "Od: Agentura <i@x.test>\nOdesláno: neděle 22. listopadu 2026 10:15\nKomu: J\nPředmět: P",
    "sk": "Od: Agentura\nOdoslané: nedeľa 22. novembra 2026 10:15\nKomu: j@x.test\nPredmet: P",
    "en": "From: Trip Agency\nSent: Sunday, November 22, 2026 10:15 AM\nTo: Jan\nSubject: P",
    "bold": "*From:* Trip <i@x.test>\n*Sent:* Monday\n*To:* Jan\n*Subject:* P",
    "wrapped": "From: A\nSent: Monday, 2 April 2012 10:00\nTo: B <b@x.test>;\n C;\n D\nSubject: P",
    "spaced": "From: A\n\nSent: Monday, 2 April 2012 10:00\n\nTo: B\n\nSubject: P",
    "mailto": "From: x@y.test [mailto:x@y.test]\nSent: March-09-12 4:22 PM\nTo: Dan\nSubject: P",
    "de": "Von: A\nGesendet: Montag, 24. August 2016 10:00\nAn: B\nBetreff: P",
    "fr": "De : A\nEnvoyé : lundi 24 août 2016 10:00\nÀ : B\nObjet : P",
    "es": "De: A\nEnviado el: lunes, 24 de agosto de 2016 10:00\nPara: B\nAsunto: P",
    "it": "Da: A\nInviato: lunedì 24 agosto 2016 10:00\nA: B\nOggetto: P",
    "pl": "Od: A\nWysłano: poniedziałek, 24 sierpnia 2016 10:00\nDo: B\nTemat: P",
    "nl": "Van: A\nVerzonden: maandag 24 augustus 2016 10:00\nAan: B\nOnderwerp: P",
    "ru": "От: A\nОтправлено: 24 августа 2016 г. 10:00\nКому: B\nТема: P",
    "uk": "Від: A\nНадіслано: 24 серпня 2016 р. 10:00\nКому: B\nТема: P",
    "pt": "De: A\nEnviado: segunda-feira, 24 de agosto de 2016 10:00\nPara: B\nAssunto: P",
}


@pytest.mark.parametrize("block", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize(
    "rule", ["", "_" * 32 + "\n", "-----Original Message-----\n", "Původní zpráva\n"]
)
def test_header_blocks(block: str, rule: str) -> None:
    reply = split_reply(f"{ANSWER}\n\n{rule}{block}\n\n{BARE}")
    assert reply.visible == ANSWER
    assert reply.quoted == f"{rule}{block}\n\n{BARE}".rstrip()


@pytest.mark.parametrize(
    "title", [title for language in LANGUAGES.values() for title in language.original]
)
def test_the_title_between_dashes_is_enough(title: str) -> None:
    text = f"{ANSWER}\n\n---------- {title.capitalize()} ----------\nOd: Agentura\n\n{BARE}"
    assert split_reply(text).visible == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "Dobrý den,\n\nOd: pondělí\nDo: středy\nKomu: mám poslat zálohu?\n\nDěkuji",
        "Hi,\n\nFrom: Prague\nTo: Vienna\nDate: 12. 5. 2026\n\nHow much is it?",
        "Průvodce mi 12. 5. napsal:\nPřijeďte v deset.\n\nPlatí to?",
        "On Monday the guide said:\nCome at ten.\n\nIs it true?",
        "Poslal jsem to na <jan@x.test> takto:\nViz níže.",
        "---\nnadpis\n---\ntext",
        "Předmět: výlet\n\nKolik stojí?",
        "a > b\nc",
        ">From one solid piece",
        "",
        "\n\n",
    ],
)
def test_what_only_looks_like_a_quote_stays(text: str) -> None:
    reply = split_reply(text)
    assert (reply.visible, reply.quoted) == (text.strip("\n"), "")
    assert not has_quote(text)


@pytest.mark.parametrize("end", ["", "\n\nDvě.", "\n\nDvě.\n\n> Odkud?"])
def test_answers_between_the_lines_are_shown_with_the_lines(end: str) -> None:
    text = f"Odpovědi níže:\n\n{THUNDERBIRD}\n> Kdy?\n\nVe čtvrtek.\n\n> Kolik?{end}"
    assert split_reply(text).visible == text
    assert has_quote(text)


def test_a_short_line_above_is_not_taken_for_a_wrapped_one() -> None:
    text = f"Přijedeme 12. 5. v 10:15\nJan Novák napsal:\n{QUOTE}"
    assert split_reply(text).visible == "Přijedeme 12. 5. v 10:15"


def test_an_answer_below_the_quote_is_found() -> None:
    reply = split_reply(f"{THUNDERBIRD}\n{QUOTE}\nVe čtvrtek.\n")
    assert reply.visible == "Ve čtvrtek."
    assert reply.quoted == f"{THUNDERBIRD}\n{QUOTE}".rstrip()


def test_text_on_both_sides_is_shown_whole() -> None:
    text = f"Hello\n\n{GMAIL_LINE}\n{QUOTE}\nThanks"
    assert split_reply(text).visible == text


@pytest.mark.parametrize("text", [QUOTE, f"{GMAIL_LINE}\n{QUOTE}", f"{HEADERS['en']}\n\n{BARE}"])
def test_where_nothing_would_be_left_everything_is_shown(text: str) -> None:
    assert split_reply(text).visible == text.strip()


@pytest.mark.parametrize(
    "mark",
    [
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "-------- Přeposlaná zpráva --------",
        "-------- Weitergeleitete Nachricht --------",
    ],
)
def test_a_forwarded_message_is_news(mark: str) -> None:
    text = f"Viz níže.\n\n{mark}\n{HEADERS['en']}\n\n{BARE}\n> starší"
    assert split_reply(text).visible == text
    assert not has_quote(text)


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        (f"Ahoj\n-- \nJan\n+420 1\n\n{GMAIL_LINE}\n{QUOTE}", "Ahoj"),
        (f"Ahoj\n\n{GMAIL_LINE}\n{QUOTE}\n-- \nJan", "Ahoj"),
        ("Ahoj\n--\nJan", "Ahoj"),
        ("Ahoj\n--\n" + "řádek\n" * 30, "Ahoj\n--\n" + "řádek\n" * 30),
        ("-- \nJan", "-- \nJan"),
    ],
)
def test_signatures_are_folded_with_the_quote(text: str, visible: str) -> None:
    assert split_reply(text).visible == visible.rstrip()


def test_a_phone_s_line_is_no_signature() -> None:
    text = f"Hello\n\nSent from my iPhone\n\n{IPHONE}\n\n> Hi"
    assert split_reply(text).visible == "Hello\n\nSent from my iPhone"


PIECES = st.sampled_from(
    [
        *(*LINES, *HEADERS.values(), QUOTE, BARE, ANSWER, "-- ", "--", "", "_" * 32, "text", ">"),
        *("> > x", "---- Original Message ----", "Begin forwarded message:", "Od: x", "a:"),
    ]
)


@given(st.lists(PIECES | st.text(max_size=30), max_size=12).map("\n".join))
def test_no_word_is_lost_or_doubled(text: str) -> None:
    reply = split_reply(text)
    assert Counter(f"{reply.visible}\n{reply.quoted}".split()) == Counter(text.split())
    assert bool(reply.visible.strip()) == bool(text.strip())


# Work, not time: the number of calls, Python's and C's.


def calls(function: Callable[[str], object], argument: str) -> int:
    count = 0

    def counted(frame: FrameType, event: str, what: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        function(argument)
    finally:
        sys.setprofile(None)
    return count


HOSTILE = [
    *("On ", "Od: x\n", "Od: a@b\nKomu: x\n", "a:\n", "> a\nb\n", "-- \n", "____\n", "\n", "1.1. "),
    *(
        "napsal:\n>\n",
        "On 1.1.2020 10:10 a wrote\n",
        "----- Original\n",
        "To: a\n b\n",
        ">\n\n\nx\n",
    ),
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text_takes_linear_work(unit: str) -> None:
    small = calls(split_reply, "x\n" + unit * 1000)
    assert calls(split_reply, "x\n" + unit * 4000) <= 4.5 * small + 200
