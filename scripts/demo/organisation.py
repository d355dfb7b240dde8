"""The tour operator itself: who works there, how its mails look, what it writes often."""

from __future__ import annotations

from contracts.accounts import Branding, Organisation, Sender, Settings, StaffRole
from contracts.common import Channel
from contracts.email_gateway import ConnectionDetails, ConnectionKind
from contracts.inbox import MessageKind
from contracts.whatsapp_gateway import WhatsAppConnectionDetails, WhatsAppConnectionKind

from .model import Employee, Number, Sending, Wording
from .seeding import numbered

ZONE = "Europe/Lisbon"
DOMAIN = "lusitania-journeys.example"
NAME = "Lusitania Journeys"

EMPLOYEES = [
    Employee(
        name="Ana Figueiredo",
        email=f"ana@{DOMAIN}",
        role=StaffRole.OWNER,
        password="ana-opens-the-shop",  # noqa: S106 (the demo's, told to everybody)
    ),
    Employee(
        name="Tomás Valente",
        email=f"tomas@{DOMAIN}",
        role=StaffRole.ADMIN,
        password="tomas-keeps-the-keys",  # noqa: S106
    ),
    Employee(
        name="Kateřina Dvořáková",
        email=f"katerina@{DOMAIN}",
        role=StaffRole.SUPERVISOR,
        password="katerina-plans-ahead",  # noqa: S106
    ),
    Employee(
        name="Youssef Amrani",
        email=f"youssef@{DOMAIN}",
        role=StaffRole.USER,
        password="youssef-meets-guests",  # noqa: S106
    ),
]


def organisation(seed: int) -> Organisation:
    """The organisation with its settings."""
    return Organisation(
        id=numbered(seed, "organisation"),
        name=NAME,
        settings=Settings(
            zone=ZONE,
            language="en",
            currency="EUR",
            branding=Branding(
                name=NAME,
                colour="#0f5c6e",
                website=f"https://www.{DOMAIN}",
                address=["Rua da Escola Politécnica 118, 2.º", "1250-102 Lisboa", "Portugal"],
            ),
            sender=Sender(name=NAME),
            signature=f"{NAME}\nSmall journeys through Portugal, its islands, Andalusia and Morocco"
            f"\nhttps://www.{DOMAIN}",
            footer=f"{NAME}, Lda., Rua da Escola Politécnica 118, 1250-102 Lisboa. You get this "
            "message because you travel with us or work with us. Our desk answers every day from "
            "08:00 to 20:00, Lisbon time.",
        ),
        version=1,
    )


def connections(seed: int) -> tuple[Sending, Sending]:
    """Operations, which writes to suppliers and guests on their way; and Sales."""
    return (
        _connection(seed, "Operations", "operations", default=True),
        _connection(seed, "Sales", "sales", default=False),
    )


def numbers(seed: int) -> tuple[Number, Number]:
    """Two WhatsApp numbers, in a range that is kept for fiction."""
    return (
        _number(seed, "Operations", "+442079460901", default=True),
        _number(seed, "Sales", "+442079460902", default=False),
    )


def _number(seed: int, label: str, number: str, *, default: bool) -> Number:
    details = WhatsAppConnectionDetails(
        label=label, kind=WhatsAppConnectionKind.SANDBOX, number=number, default=default
    )
    return Number(id=numbered(seed, "number", label), details=details)


def _connection(seed: int, label: str, name: str, *, default: bool) -> Sending:
    details = ConnectionDetails(
        label=label,
        address=f"{name}@{DOMAIN}",
        kind=ConnectionKind.SANDBOX,
        default=default,
    )
    return Sending(id=numbered(seed, "connection", name), details=details)


def _template(
    name: str,
    subject: str,
    body: str,
    *,
    language: str = "en",
    kind: MessageKind = MessageKind.MESSAGE,
) -> Wording:
    return Wording(
        name=name,
        kind=kind,
        channel=Channel.EMAIL,
        language=language,
        subject=subject,
        body=body,
    )


TEMPLATES = [
    _template(
        "Before you travel",
        "{{ itinerary.title }}: your journey begins on {{ itinerary.start }}",
        """Dear {{ recipient.name }},

your bags are nearly packed, so here is what awaits you from {{ itinerary.start }} \
to {{ itinerary.end }}.

{{ services_table }}

{% if itinerary.url %}You find the same, always up to date, at {{ itinerary.url }}

{% endif %}If a plane is late or a shoe is lost, write to us. Somebody answers every day \
from 08:00 to 20:00, Lisbon time.

Warm regards,
{{ sender.name }}""",
    ),
    _template(
        "Meeting point",
        "Where to meet: {{ services.first.name }} [{{ itinerary.reference }}]",
        """Dear {{ recipient.name }},

a word about {{ services.first.name }} on {{ services.first.date }}.

Please be at {{ meeting_point }} ten minutes before the start. {{ guide_name }} will wait \
there with a small blue flag.

Warm regards,
{{ sender.name }}""",
    ),
    _template(
        "Ponto de encontro",
        "Ponto de encontro: {{ services.first.name }} [{{ itinerary.reference }}]",
        """Bom dia {{ recipient.name }},

para o serviço {{ services.first.name }} ({{ services.first.date }}), o ponto de encontro \
é: {{ meeting_point }}.

Pedimos que chegue dez minutos antes. Muito obrigado!

{{ sender.name }}""",
        language="pt",
    ),
    _template(
        "Balance due",
        "{{ itinerary.title }}: the balance of your journey [{{ itinerary.reference }}]",
        """Dear {{ recipient.name }},

thank you for your deposit. The balance of {{ amount }} is due on {{ due_date }}; until then \
every place is kept for you.

Warm regards,
{{ sender.name }}""",
    ),
    _template(
        "Reminder of an open order",
        "Still open: our order [{{ itinerary.reference }}]",
        """Dear {{ recipient.name }},

we have not heard from you yet about the order below. Could you confirm it by an answer to this \
message, or tell us what cannot be done? The guests travel on {{ itinerary.start }}.

{{ services_table }}

Many thanks,
{{ sender.name }}""",
        kind=MessageKind.PURCHASE_ORDER,
    ),
]
