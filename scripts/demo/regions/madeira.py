"""Madeira: levadas, gardens and the sea."""

from __future__ import annotations

from .region import ACTIVITY, MEAL, RIDE, TOUR, Company, Gate, Region, Trade, offer, stay

REGION = Region(
    key="madeira",
    name="Madeira",
    zone="Atlantic/Madeira",
    gates=(Gate(name="Madeira Airport, arrivals", address="9100-105 Santa Cruz"),),
    companies=(
        Company(
            slug="ilheu-chauffeurs",
            name="Ilhéu Chauffeurs",
            person="Décio Câmara",
            trade=Trade.DRIVER,
            language="pt",
            offers=(
                offer(
                    RIDE,
                    "Island day by car: Porto Moniz and the north coast",
                    "Cabo Girão, São Vicente, a bath in the lava pools, back over Paul da Serra.",
                    ("Hotel lobby", "At the guests' hotel"),
                    ("09:00",),
                    510,
                    270,
                    for_group=True,
                ),
            ),
        ),
        Company(
            slug="quinta-do-loureiro",
            name="Quinta do Loureiro",
            person="Imogen Fairclough",
            trade=Trade.HOTEL,
            language="en",
            home="GB",
            offers=(
                stay(
                    "Quinta do Loureiro, garden suite with breakfast",
                    "Old wine merchants' house in its own park. Check-in from 15:00.",
                    "Quinta do Loureiro",
                    "Caminho do Monte 112, 9050-208 Funchal",
                    190,
                ),
            ),
        ),
        Company(
            slug="pensao-da-zona-velha",
            name="Pensão da Zona Velha",
            person="Conceição Freitas",
            trade=Trade.HOTEL,
            language="pt",
            offers=(
                stay(
                    "Pensão da Zona Velha, double with breakfast",
                    "In the old quarter, terrace on the roof. Check-in from 14:00.",
                    "Pensão da Zona Velha",
                    "Rua de Santa Maria 133, 9060-291 Funchal",
                    98,
                ),
            ),
        ),
        Company(
            slug="levada-longe",
            name="Levada Longe Walks",
            person="Rainer Holtkamp",
            trade=Trade.GUIDE,
            language="de",
            home="DE",
            notes="Guides in German and English. At most nine walkers.",
            offers=(
                offer(
                    TOUR,
                    "Levada walk to Caldeirão Verde",
                    "Thirteen kilometres, four tunnels: torches are lent, shoes with a good sole.",
                    ("Queimadas forest house", "Caminho das Queimadas, 9230-106 Santana"),
                    ("08:45",),
                    390,
                    55,
                ),
                offer(
                    TOUR,
                    "Pico do Arieiro at sunrise",
                    "Up by van in the dark, tea on the summit, a walk along the ridge.",
                    ("Hotel lobby", "At the guests' hotel"),
                    ("05:45",),
                    300,
                    68,
                ),
            ),
        ),
        Company(
            slug="mar-de-baleias",
            name="Mar de Baleias",
            person="Tânia Spínola",
            trade=Trade.OUTING,
            language="pt",
            offers=(
                offer(
                    ACTIVITY,
                    "Catamaran: dolphins and Cabo Girão from the sea",
                    "Three hours under sail, swimming below the cliff.",
                    ("Funchal marina, gate 4", "Avenida do Mar, 9000-055 Funchal"),
                    ("10:30", "15:00"),
                    180,
                    44,
                ),
            ),
        ),
        Company(
            slug="espetada-do-pico",
            name="Espetada do Pico",
            person="Virgílio Nóbrega",
            trade=Trade.TABLE,
            language="pt",
            offers=(
                offer(
                    MEAL,
                    "Espetada dinner above Funchal",
                    "Beef on laurel sticks, bolo do caco, local wine; fish on request.",
                    ("Espetada do Pico", "Estrada dos Marmeleiros 230, 9050-211 Funchal"),
                    ("19:00", "20:00"),
                    150,
                    39,
                ),
            ),
        ),
    ),
)
