"""Seville, Córdoba and Granada."""

from __future__ import annotations

from .region import ACTIVITY, MEAL, RIDE, TOUR, Company, Gate, Region, Trade, offer, stay

REGION = Region(
    key="andalusia",
    name="Andalusia",
    zone="Europe/Madrid",
    gates=(
        Gate(name="Seville Airport, arrivals", address="Autopista de San Pablo, 41020 Sevilla"),
        Gate(
            name="Málaga Airport, departures",
            address="Avenida Comandante García Morato, 29004 Málaga",
        ),
    ),
    companies=(
        Company(
            slug="guadalquivir-traslados",
            name="Guadalquivir Traslados, S.L.",
            person="Curro Benjumea",
            trade=Trade.DRIVER,
            language="es",
            offers=(
                offer(
                    RIDE,
                    "Day trip by car to Córdoba",
                    "Waiting time in Córdoba included; a coffee stop in Carmona on the way.",
                    ("Hotel lobby", "At the guests' hotel"),
                    ("08:30",),
                    600,
                    360,
                    for_group=True,
                ),
            ),
        ),
        Company(
            slug="palacio-del-azahar",
            name="Palacio del Azahar",
            person="Rocío Villalba",
            trade=Trade.HOTEL,
            language="es",
            offers=(
                stay(
                    "Palacio del Azahar, patio double with breakfast",
                    "House of the 18th century around a patio. Check-in from 15:00.",
                    "Palacio del Azahar",
                    "Calle Mateos Gago 51, 41004 Sevilla",
                    158,
                ),
            ),
        ),
        Company(
            slug="carmen-del-agua",
            name="Carmen del Agua",
            person="Solène Marchetti",
            trade=Trade.HOTEL,
            language="fr",
            home="FR",
            offers=(
                stay(
                    "Carmen del Agua, room with Alhambra view",
                    "Seven rooms in the Albaicín; luggage comes by handcart. Check-in from 15:00.",
                    "Carmen del Agua",
                    "Cuesta de San Gregorio 34, 18010 Granada",
                    176,
                ),
            ),
        ),
        Company(
            slug="giralda-guias",
            name="Giralda Guías",
            person="Macarena Ojeda",
            trade=Trade.GUIDE,
            language="es",
            offers=(
                offer(
                    TOUR,
                    "Seville: Alcázar and cathedral",
                    "Reserved entry to both; up the ramps of the Giralda for those who like.",
                    ("Puerta del León", "Plaza del Triunfo, 41004 Sevilla"),
                    ("09:30", "16:00"),
                    210,
                    64,
                    notes="Full names as in the passport are needed for the Alcázar.",
                ),
                offer(
                    TOUR,
                    "Triana: potters, market and the old bridge",
                    "The other side of the river, with a stop for pescaíto.",
                    ("Capilla del Carmen", "Puente de Isabel II, 41010 Sevilla"),
                    ("11:00",),
                    150,
                    36,
                ),
            ),
        ),
        Company(
            slug="nazari-visitas",
            name="Nazarí Visitas",
            person="Álvaro Zurita",
            trade=Trade.GUIDE,
            language="es",
            offers=(
                offer(
                    TOUR,
                    "Granada: Alhambra and Generalife",
                    "Nasrid palaces at the booked time, the gardens, the Alcazaba.",
                    ("Alhambra, access pavilion", "Calle Real de la Alhambra, 18009 Granada"),
                    ("08:45", "14:00"),
                    210,
                    72,
                    notes="Passport numbers ten days before; the palace time cannot be moved.",
                ),
            ),
        ),
        Company(
            slug="tablao-la-fragua",
            name="Tablao La Fragua",
            person="Remedios Heredia",
            trade=Trade.TABLE,
            language="es",
            offers=(
                offer(
                    MEAL,
                    "Tapas supper and flamenco",
                    "Six tapas and a drink at 19:30, the performance at 21:00.",
                    ("Tablao La Fragua", "Calle Pureza 66, 41010 Sevilla"),
                    ("19:30",),
                    165,
                    62,
                ),
            ),
        ),
        Company(
            slug="aceite-y-sierra",
            name="Aceite y Sierra",
            person="Inmaculada Prieto",
            trade=Trade.OUTING,
            language="es",
            offers=(
                offer(
                    ACTIVITY,
                    "Olive mill visit with tasting and lunch",
                    "The grove, the press, five oils, and a farmers' lunch.",
                    ("Almazara Aceite y Sierra", "Carretera de Priego km 4, 14810 Carcabuey"),
                    ("11:00",),
                    210,
                    49,
                ),
            ),
        ),
    ),
)
