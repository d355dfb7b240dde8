"""Lisbon, Sintra and the Setúbal peninsula."""

from __future__ import annotations

from .region import ACTIVITY, MEAL, RIDE, TOUR, Company, Gate, Region, Trade, offer, stay

_FADO_MUSEUM = ("Museu do Fado, main entrance", "Largo do Chafariz de Dentro 1, 1100-139 Lisboa")
_SINTRA = (
    "Sintra railway station, by the taxi rank",
    "Avenida Dr. Miguel Bombarda, 2710-590 Sintra",
)

REGION = Region(
    key="lisbon",
    name="Lisbon",
    zone="Europe/Lisbon",
    gates=(
        Gate(
            name="Lisbon Airport, Terminal 1, arrivals",
            address="Alameda das Comunidades Portuguesas, 1700-111 Lisboa",
        ),
        Gate(name="Lisboa Oriente station", address="Avenida Dom João II, 1990-233 Lisboa"),
    ),
    companies=(
        Company(
            slug="tejo-transfers",
            name="Tejo Transfers, Lda.",
            person="Rui Carvalho",
            trade=Trade.DRIVER,
            language="pt",
            notes="Three minivans and one van with a ramp. Answers fastest before 10:00.",
            offers=(
                offer(
                    RIDE,
                    "Day with car and driver: Sintra and Cascais",
                    "Minivan at your disposal: Sintra, Cabo da Roca, Guincho and Cascais.",
                    ("Hotel lobby", "At the guests' hotel"),
                    ("09:00", "09:30"),
                    480,
                    310,
                    for_group=True,
                ),
                offer(
                    RIDE,
                    "Transfer to dinner and back",
                    "Two short drives; the driver waits near the restaurant.",
                    ("Hotel lobby", "At the guests' hotel"),
                    ("19:15",),
                    240,
                    70,
                    for_group=True,
                ),
            ),
        ),
        Company(
            slug="hotel-jacaranda",
            name="Hotel Jacarandá",
            person="Beatriz Lourenço",
            trade=Trade.HOTEL,
            language="pt",
            offers=(
                stay(
                    "Hotel Jacarandá, double room with breakfast",
                    "Quiet side, high floor where possible. Check-in from 15:00.",
                    "Hotel Jacarandá",
                    "Rua das Janelas Verdes 74, 1200-692 Lisboa",
                    165,
                ),
            ),
        ),
        Company(
            slug="pateo-das-laranjas",
            name="Páteo das Laranjas Guesthouse",
            person="Harriet Whitcombe",
            trade=Trade.HOTEL,
            language="en",
            home="GB",
            notes="Twelve rooms around a courtyard, no lift.",
            offers=(
                stay(
                    "Páteo das Laranjas, courtyard room with breakfast",
                    "Room on the courtyard, breakfast under the orange trees. Check-in from 14:00.",
                    "Páteo das Laranjas",
                    "Rua de São Tomé 28, 1100-565 Lisboa",
                    140,
                ),
            ),
        ),
        Company(
            slug="lisboa-sem-pressa",
            name="Lisboa sem Pressa",
            person="Joana Seabra",
            trade=Trade.GUIDE,
            language="pt",
            offers=(
                offer(
                    TOUR,
                    "Alfama on foot",
                    "From the river up to the castle through courtyards and stairways.",
                    _FADO_MUSEUM,
                    ("09:30", "10:00"),
                    180,
                    38,
                ),
                offer(
                    TOUR,
                    "Belém: monastery, tower and custard tarts",
                    "Jerónimos with reserved entry, the riverfront, a tasting at the end.",
                    ("Jerónimos Monastery, south portal", "Praça do Império, 1400-206 Lisboa"),
                    ("09:45", "14:30"),
                    210,
                    52,
                ),
            ),
        ),
        Company(
            slug="serra-aberta",
            name="Serra Aberta Guides",
            person="Nuno Bettencourt",
            trade=Trade.GUIDE,
            language="pt",
            offers=(
                offer(
                    TOUR,
                    "Sintra: Pena Palace and the Moorish wall",
                    "Timed entry to the palace, then the path along the wall and down to the town.",
                    _SINTRA,
                    ("09:00", "10:15"),
                    300,
                    74,
                    notes="Tickets are bought by the guide; send the names three days before.",
                ),
            ),
        ),
        Company(
            slug="tasca-da-graca",
            name="Tasca da Graça",
            person="Armando Pestana",
            trade=Trade.TABLE,
            language="pt",
            offers=(
                offer(
                    MEAL,
                    "Dinner with fado at Tasca da Graça",
                    "Set menu with wine and water; two singers from 21:00.",
                    ("Tasca da Graça", "Largo da Graça 41, 1170-165 Lisboa"),
                    ("19:30", "20:00"),
                    180,
                    58,
                ),
            ),
        ),
        Company(
            slug="vela-do-tejo",
            name="Vela do Tejo",
            person="Mikael Sandström",
            trade=Trade.OUTING,
            language="en",
            home="SE",
            offers=(
                offer(
                    ACTIVITY,
                    "Sunset sailing on the Tagus",
                    "A yacht of eleven metres with skipper, drinks and snacks on board.",
                    ("Doca de Belém, pontoon C", "Avenida Brasília, 1300-598 Lisboa"),
                    ("17:00", "17:30"),
                    120,
                    240,
                    for_group=True,
                ),
            ),
        ),
        Company(
            slug="mercado-e-fogao",
            name="Mercado & Fogão",
            person="Teresa Quintela",
            trade=Trade.OUTING,
            language="pt",
            offers=(
                offer(
                    ACTIVITY,
                    "Market visit and cooking class",
                    "Shopping with the cook, then four dishes and lunch at one long table.",
                    (
                        "Mercado de Campo de Ourique, corner door",
                        "Rua Coelho da Rocha 104, 1350-075 Lisboa",
                    ),
                    ("10:00",),
                    240,
                    85,
                ),
            ),
        ),
    ),
)
