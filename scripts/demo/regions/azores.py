"""São Miguel and Pico, an hour behind the mainland."""

from __future__ import annotations

from .region import ACTIVITY, MEAL, RIDE, TOUR, Company, Gate, Region, Trade, offer, stay

_MARINA = ("Portas do Mar, blue container", "Avenida Infante Dom Henrique, 9500-150 Ponta Delgada")

REGION = Region(
    key="azores",
    name="The Azores",
    zone="Atlantic/Azores",
    gates=(Gate(name="Ponta Delgada Airport, arrivals", address="9500-749 Ponta Delgada"),),
    companies=(
        Company(
            slug="ilha-verde-taxis",
            name="Ilha Verde Táxis",
            person="Humberto Raposo",
            trade=Trade.DRIVER,
            language="pt",
            offers=(
                offer(
                    RIDE,
                    "Day with driver: Furnas and Nordeste",
                    "Lagoa das Furnas, the lunch pots in the ground, the lighthouse of Arnel.",
                    ("Hotel lobby", "At the guests' hotel"),
                    ("09:00",),
                    540,
                    260,
                    for_group=True,
                ),
            ),
        ),
        Company(
            slug="casa-das-hortensias",
            name="Casa das Hortênsias",
            person="Filomena Cordeiro",
            trade=Trade.HOTEL,
            language="pt",
            offers=(
                stay(
                    "Casa das Hortênsias, garden double with breakfast",
                    "Manor with a camellia garden in the town. Check-in from 14:00.",
                    "Casa das Hortênsias",
                    "Rua do Frias 47, 9500-210 Ponta Delgada",
                    128,
                ),
            ),
        ),
        Company(
            slug="lagoa-lodge",
            name="Lagoa Lodge Furnas",
            person="Annika Bergqvist",
            trade=Trade.HOTEL,
            language="en",
            home="SE",
            offers=(
                stay(
                    "Lagoa Lodge, timber cabin with breakfast basket",
                    "Cabin for two above the lake, wood stove, thermal pool. Check-in from 16:00.",
                    "Lagoa Lodge",
                    "Estrada Regional da Lagoa 3, 9675-090 Furnas",
                    172,
                ),
            ),
        ),
        Company(
            slug="cachalote-expeditions",
            name="Cachalote Expeditions",
            person="Daniel Farrow",
            trade=Trade.OUTING,
            language="en",
            home="GB",
            notes="Nobody with back trouble or pregnant on the rubber boat.",
            offers=(
                offer(
                    ACTIVITY,
                    "Whale watching with a biologist",
                    "Three hours at sea; a second trip free of charge when nothing is seen.",
                    _MARINA,
                    ("08:30", "13:30"),
                    210,
                    66,
                ),
            ),
        ),
        Company(
            slug="trilhos-do-fogo",
            name="Trilhos do Fogo",
            person="Eduarda Botelho",
            trade=Trade.GUIDE,
            language="pt",
            offers=(
                offer(
                    TOUR,
                    "Sete Cidades: rim walk above the two lakes",
                    "Twelve kilometres, easy; picnic on the way, back by van.",
                    ("Vista do Rei viewpoint", "Estrada Regional 9-1, 9555-194 Sete Cidades"),
                    ("09:15",),
                    330,
                    62,
                ),
                offer(
                    TOUR,
                    "Lagoa do Fogo and the warm falls of Caldeira Velha",
                    "Short walks and a bath; bring swimwear that may turn brown.",
                    (
                        "Ribeira Grande, garden by the bridge",
                        "Largo Hintze Ribeiro, Ribeira Grande",
                    ),
                    ("09:00", "14:00"),
                    270,
                    58,
                ),
            ),
        ),
        Company(
            slug="cozido-do-vale",
            name="Cozido do Vale",
            person="Manuel Furtado",
            trade=Trade.TABLE,
            language="pt",
            offers=(
                offer(
                    MEAL,
                    "Lunch from the volcano in Furnas",
                    "Stew cooked six hours in the hot ground; the pot is raised at 12:30.",
                    ("Cozido do Vale", "Rua Dr. Frederico Moniz Pereira 15, 9675-055 Furnas"),
                    ("12:45",),
                    110,
                    29,
                ),
            ),
        ),
    ),
)
