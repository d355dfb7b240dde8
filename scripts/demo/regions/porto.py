"""Porto and the Douro valley."""

from __future__ import annotations

from .region import ACTIVITY, MEAL, RIDE, TOUR, Company, Gate, Region, Trade, offer, stay

_PINHAO = ("Pinhão quay", "Largo da Estação, 5085-037 Pinhão")

REGION = Region(
    key="porto",
    name="Porto and the Douro",
    zone="Europe/Lisbon",
    gates=(
        Gate(name="Porto Airport, arrivals", address="4470-558 Vila Nova da Telha, Maia"),
        Gate(name="Porto Campanhã station", address="Rua da Estação, 4300-173 Porto"),
    ),
    companies=(
        Company(
            slug="invicta-motoristas",
            name="Invicta Motoristas, Lda.",
            person="Sérgio Magalhães",
            trade=Trade.DRIVER,
            language="pt",
            offers=(
                offer(
                    RIDE,
                    "Day in the Douro with car and driver",
                    "Mesão Frio, the river road to Pinhão, the viewpoint of São Leonardo.",
                    ("Hotel lobby", "At the guests' hotel"),
                    ("08:30", "09:00"),
                    600,
                    420,
                    for_group=True,
                ),
            ),
        ),
        Company(
            slug="casa-do-cais",
            name="Casa do Cais",
            person="Leonor Vilaça",
            trade=Trade.HOTEL,
            language="pt",
            offers=(
                stay(
                    "Casa do Cais, river room with breakfast",
                    "View of the Douro and the bridge. Check-in from 15:00.",
                    "Casa do Cais",
                    "Rua de Cima do Muro 62, 4050-190 Porto",
                    150,
                ),
            ),
        ),
        Company(
            slug="quinta-da-vessada",
            name="Quinta da Vessada",
            person="Étienne Delaunay",
            trade=Trade.HOTEL,
            language="fr",
            home="FR",
            notes="Eight rooms among the vines; dinner only when ordered two days before.",
            offers=(
                stay(
                    "Quinta da Vessada, vineyard room, half board",
                    "Breakfast and dinner at the farm, pool, a walk with the wine maker.",
                    "Quinta da Vessada",
                    "Estrada Nacional 222, 5085-203 Covas do Douro",
                    210,
                ),
            ),
        ),
        Company(
            slug="porto-a-passo",
            name="Porto a Passo",
            person="Mafalda Teles",
            trade=Trade.GUIDE,
            language="pt",
            offers=(
                offer(
                    TOUR,
                    "Porto on foot: Sé, São Bento and Ribeira",
                    "The old town downhill, with the tiles of São Bento on the way.",
                    ("Porto cathedral, in front of the pillory", "Terreiro da Sé, 4050-573 Porto"),
                    ("09:30", "15:00"),
                    180,
                    36,
                ),
            ),
        ),
        Company(
            slug="barca-rabela",
            name="Barca Rabela Douro",
            person="Vasco Mourão",
            trade=Trade.OUTING,
            language="pt",
            offers=(
                offer(
                    ACTIVITY,
                    "Boat from Pinhão to Tua and back",
                    "Two hours on a traditional boat, a glass of white port on board.",
                    _PINHAO,
                    ("11:00", "14:30"),
                    120,
                    35,
                ),
            ),
        ),
        Company(
            slug="caves-santa-marta",
            name="Caves Santa Marta",
            person="Gonçalo Brandão",
            trade=Trade.OUTING,
            language="pt",
            offers=(
                offer(
                    ACTIVITY,
                    "Port lodge visit with tasting of five wines",
                    "The cellars, the cooperage, and a seated tasting up to twenty years old.",
                    (
                        "Caves Santa Marta, reception",
                        "Rua do Choupelo 210, 4400-088 Vila Nova de Gaia",
                    ),
                    ("11:30", "16:30"),
                    105,
                    32,
                ),
            ),
        ),
        Company(
            slug="cozinha-da-foz",
            name="Cozinha da Foz",
            person="Isaura Meireles",
            trade=Trade.TABLE,
            language="pt",
            offers=(
                offer(
                    MEAL,
                    "Seafood dinner in Foz",
                    "Fish of the day from the grill, starters and dessert, wine included.",
                    ("Cozinha da Foz", "Rua do Passeio Alegre 150, 4150-570 Porto"),
                    ("19:30", "20:15"),
                    150,
                    54,
                ),
            ),
        ),
    ),
)
