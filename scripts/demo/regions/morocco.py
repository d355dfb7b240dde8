"""Marrakech, the Atlas and the coast."""

from __future__ import annotations

from .region import ACTIVITY, MEAL, RIDE, TOUR, Company, Gate, Region, Trade, offer, stay

REGION = Region(
    key="morocco",
    name="Morocco",
    zone="Africa/Casablanca",
    gates=(Gate(name="Marrakech Menara Airport, arrivals hall", address="40000 Marrakech"),),
    companies=(
        Company(
            slug="atlas-berline",
            name="Atlas Berline",
            person="Hicham Benkirane",
            trade=Trade.DRIVER,
            language="fr",
            home="FR",
            offers=(
                offer(
                    RIDE,
                    "Day by car to the Ourika valley",
                    "The valley road, a walk to the first waterfall, tea with a family.",
                    ("Riad door", "At the guests' riad"),
                    ("09:00",),
                    480,
                    130,
                    for_group=True,
                ),
                offer(
                    RIDE,
                    "Day by car to Essaouira",
                    "Argan cooperative on the way; five free hours in the town by the sea.",
                    ("Riad door", "At the guests' riad"),
                    ("08:00",),
                    660,
                    190,
                    for_group=True,
                ),
            ),
        ),
        Company(
            slug="riad-dar-zitoun",
            name="Riad Dar Zitoun",
            person="Salma El Fassi",
            trade=Trade.HOTEL,
            language="fr",
            notes="No cars in the street: a porter waits at Bab Laksour.",
            offers=(
                stay(
                    "Riad Dar Zitoun, patio double with breakfast",
                    "Ten rooms, plunge pool, roof terrace. Check-in from 14:00.",
                    "Riad Dar Zitoun",
                    "Derb Sidi Bouamar 17, Médina, 40030 Marrakech",
                    118,
                ),
            ),
        ),
        Company(
            slug="kasbah-imlil",
            name="Kasbah Imlil Lodge",
            person="Brahim Aït Oussaden",
            trade=Trade.HOTEL,
            language="fr",
            offers=(
                stay(
                    "Kasbah Imlil, mountain room, half board",
                    "Mule carries the bags up the last kilometre. Check-in from 15:00.",
                    "Kasbah Imlil Lodge",
                    "Douar Imlil, 42152 Asni",
                    92,
                ),
            ),
        ),
        Company(
            slug="medina-pas-a-pas",
            name="Médina Pas à Pas",
            person="Loubna Chraïbi",
            trade=Trade.GUIDE,
            language="fr",
            home="FR",
            offers=(
                offer(
                    TOUR,
                    "Medina: souks and the Ben Youssef school",
                    "Licensed guide, workshops instead of bazaars, mint tea half way.",
                    ("Café on Place des Épices, ground floor", "Rahba Kedima, 40030 Marrakech"),
                    ("09:30", "15:00"),
                    210,
                    28,
                ),
            ),
        ),
        Company(
            slug="ballons-du-haouz",
            name="Ballons du Haouz",
            person="Clément Ferrand",
            trade=Trade.OUTING,
            language="fr",
            home="FR",
            notes="Needs the weight of each passenger. Cancels for wind until 20:00.",
            offers=(
                offer(
                    ACTIVITY,
                    "Balloon flight at dawn with Berber breakfast",
                    "Forty minutes in the air; pick-up included, back by ten.",
                    ("Riad door", "At the guests' riad"),
                    ("05:30",),
                    270,
                    175,
                ),
            ),
        ),
        Company(
            slug="cafe-des-amandiers",
            name="Café des Amandiers",
            person="Zineb Tazi",
            trade=Trade.TABLE,
            language="fr",
            offers=(
                offer(
                    MEAL,
                    "Dinner on the roof above the spice square",
                    "Salads, a tajine of choice, fruit and tea; no alcohol is served.",
                    ("Café des Amandiers", "Derb Dabachi 74, 40030 Marrakech"),
                    ("19:30", "20:00"),
                    120,
                    26,
                ),
            ),
        ),
    ),
)
