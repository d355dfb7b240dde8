"""The Algarve, from Sagres to Tavira."""

from __future__ import annotations

from .region import ACTIVITY, MEAL, RIDE, TOUR, Company, Gate, Region, Trade, offer, stay

REGION = Region(
    key="algarve",
    name="The Algarve",
    zone="Europe/Lisbon",
    gates=(
        Gate(name="Faro Airport, arrivals", address="8006-901 Faro"),
        Gate(name="Faro railway station", address="Largo da Estação dos Caminhos de Ferro, Faro"),
    ),
    companies=(
        Company(
            slug="costa-sul-transfers",
            name="Costa Sul Transfers",
            person="Gary Pemberton",
            trade=Trade.DRIVER,
            language="en",
            home="GB",
            notes="Child seats of all sizes; asks for the flight number each time.",
            offers=(
                offer(
                    RIDE,
                    "Day trip by car to Sagres and Cabo de São Vicente",
                    "Lagos old town, the fortress of Sagres, the lighthouse at the cape.",
                    ("Hotel lobby", "At the guests' hotel"),
                    ("09:30",),
                    480,
                    290,
                    for_group=True,
                ),
            ),
        ),
        Company(
            slug="falesia-house",
            name="Falésia House",
            person="Sabine Oelkers",
            trade=Trade.HOTEL,
            language="de",
            home="DE",
            offers=(
                stay(
                    "Falésia House, sea view double with breakfast",
                    "Five minutes to the beach by a wooden stair. Check-in from 15:00.",
                    "Falésia House",
                    "Caminho da Praia da Marinha 9, 8400-407 Lagoa",
                    185,
                ),
            ),
        ),
        Company(
            slug="solar-da-ria",
            name="Solar da Ria",
            person="Custódio Palma",
            trade=Trade.HOTEL,
            language="pt",
            offers=(
                stay(
                    "Solar da Ria, garden room with breakfast",
                    "Old town house in Tavira with a salt water pool. Check-in from 15:00.",
                    "Solar da Ria",
                    "Rua dos Fumeiros de Diante 18, 8800-424 Tavira",
                    135,
                ),
            ),
        ),
        Company(
            slug="grutas-de-barco",
            name="Grutas de Barco",
            person="Fábio Encarnação",
            trade=Trade.OUTING,
            language="pt",
            notes="Decides about the sea at 18:00 the evening before.",
            offers=(
                offer(
                    ACTIVITY,
                    "Boat to the Benagil caves",
                    "Small boat for ten, along the cliffs; a swim stop when the sea is calm.",
                    ("Portimão marina, pontoon J", "Edifício Scorpius, 8500-843 Portimão"),
                    ("09:30", "11:30"),
                    120,
                    38,
                ),
            ),
        ),
        Company(
            slug="ria-de-perto",
            name="Ria de Perto",
            person="Célia Madeira",
            trade=Trade.GUIDE,
            language="pt",
            offers=(
                offer(
                    TOUR,
                    "Ria Formosa: birds and salt pans",
                    "By solar boat and on foot; binoculars are lent.",
                    ("Cais das Portas do Mar", "Rua da Porta Nova, 8000-535 Faro"),
                    ("08:45", "15:30"),
                    180,
                    48,
                ),
                offer(
                    TOUR,
                    "Tavira and its seven hills of roofs",
                    "Bridge, castle garden, the camera obscura and a fig cake at the end.",
                    ("Tavira, Roman bridge, market side", "Praça da República, 8800-329 Tavira"),
                    ("10:00",),
                    150,
                    34,
                ),
            ),
        ),
        Company(
            slug="cataplana-do-cais",
            name="Cataplana do Cais",
            person="Dulce Viegas",
            trade=Trade.TABLE,
            language="pt",
            offers=(
                offer(
                    MEAL,
                    "Cataplana dinner by the harbour",
                    "Clams, fish and potatoes from the copper pan; a vegetable one on request.",
                    ("Cataplana do Cais", "Avenida 5 de Outubro 88, 8700-304 Olhão"),
                    ("19:30",),
                    140,
                    42,
                ),
            ),
        ),
    ),
)
