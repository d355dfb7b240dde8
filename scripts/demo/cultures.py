"""Where travellers come from: their names, languages and time zones."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """A surname as its men and its women bear it."""

    man: str
    woman: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Culture:
    """Names of one country (ISO 3166-1). A surname of two words is a man's and a woman's form."""

    country: str
    language: str
    zone: str
    women: str
    men: str
    surnames: str

    @property
    def families(self) -> list[Family]:
        """Its surnames."""
        split = (name.partition("/") for name in self.surnames.split())
        return [Family(man, woman or man) for man, _, woman in split]

    def names(self, families: Sequence[Family], *, women: bool) -> list[str]:
        """Every name that women, or men, of these families can have."""
        given = (self.women if women else self.men).split()
        return [
            f"{name} {family.woman if women else family.man}"
            for family in families
            for name in given
        ]


CULTURES = (
    Culture(
        country="GB",
        language="en",
        zone="Europe/London",
        women="Charlotte Freya Imogen Poppy Rosalind Beatrice Niamh Olufunke",
        men="Oliver Rupert Callum Alistair Desmond Harvey Tunde Gareth",
        surnames="Grant Ashworth Pemberley Okafor Llewellyn Thistlewood Marlow Adeyemi Carrick",
    ),
    Culture(
        country="US",
        language="en",
        zone="America/New_York",
        women="Madison Eleanor Keisha Lupita Savannah Joan Priya Harper",
        men="Ethan Marcus Wendell Diego Grady Amir Calvin Theodore",
        surnames="Hollister Washington Delgado Kowalczyk Brennan Patel Eastman Nakamura Whitfield",
    ),
    Culture(
        country="CZ",
        language="cs",
        zone="Europe/Prague",
        women="Tereza Kateřina Markéta Barbora Šárka Ludmila Eliška",
        men="Ondřej Václav Matěj Radek Štěpán Zdeněk Vojtěch",
        surnames="Novotný/Novotná Říha/Říhová Beneš/Benešová Šťastný/Šťastná Kučera/Kučerová "
        "Vlček/Vlčková",
    ),
    Culture(
        country="DE",
        language="de",
        zone="Europe/Berlin",
        women="Annika Friederike Svenja Gisela Leyla Mareike Charlotte",
        men="Jürgen Lennart Tobias Emre Matthias Wolfram Henning",
        surnames="Brandstetter Yıldız Hofmeister Rühmkorf Claasen Lindemann Weißgerber",
    ),
    Culture(
        country="FR",
        language="fr",
        zone="Europe/Paris",
        women="Amélie Solène Océane Mathilde Inès Clémence Aïcha",
        men="Baptiste Théo Rémi Gaspard Karim Thibault Lucien",
        surnames="Lemoine Roussel Marchand Béranger Haddad Vautrin Desjardins",
    ),
    Culture(
        country="SE",
        language="sv",
        zone="Europe/Stockholm",
        women="Ingrid Saga Malin Tuva Linnéa Amina",
        men="Axel Gustaf Nils Torsten Elias Håkan",
        surnames="Lindqvist Sjöberg Åkesson Wallin Hedlund Norrby",
    ),
    Culture(
        country="CA",
        language="en",
        zone="America/Toronto",
        women="Maren Geneviève Anjali Fiona Brooke",
        men="Liam Étienne Rohan Duncan Sanjay",
        surnames="MacIsaac Tremblay Gill Fournier Sutherland Bouchard",
    ),
    Culture(
        country="AU",
        language="en",
        zone="Australia/Sydney",
        women="Matilda Kirra Sienna Hannah Mei",
        men="Lachlan Darcy Angus Jarrah Huy",
        surnames="Fitzgibbon Nguyen Callaghan Petrakis Wills",
    ),
    Culture(
        country="JP",
        language="ja",
        zone="Asia/Tokyo",
        women="Haruka Yuki Mio Sakura Naoko",
        men="Kenji Takumi Haruto Shinji Ren",
        surnames="Tanabe Morikawa Fujisawa Ishiguro Okamoto",
    ),
    Culture(
        country="BR",
        language="pt-BR",
        zone="America/Sao_Paulo",
        women="Camila Larissa Thaís Luiza Jussara",
        men="Thiago Caetano Rafael Murilo Otávio",
        surnames="Siqueira Bittencourt Prado Guimarães Nascimento",
    ),
    Culture(
        country="ES",
        language="es",
        zone="Europe/Madrid",
        women="Nuria Leire Aitana Montserrat Begoña",
        men="Iker Jordi Gonzalo Xavier Santiago",
        surnames="Etxeberria Ferrer Casanova Robledo Santamaría",
    ),
    Culture(
        country="PL",
        language="pl",
        zone="Europe/Warsaw",
        women="Agnieszka Zofia Małgorzata Halina",
        men="Krzysztof Wojciech Tomasz Bartosz",
        surnames="Wiśniewski/Wiśniewska Zieliński/Zielińska Dąbrowski/Dąbrowska Sikora",
    ),
    Culture(
        country="IN",
        language="en",
        zone="Asia/Kolkata",
        women="Ananya Meera Kavita Shreya",
        men="Arjun Vikram Rajesh Nikhil",
        surnames="Iyer Deshpande Chatterjee Malhotra",
    ),
)

_LETTERS = str.maketrans({"ß": "ss", "ı": "i", "ł": "l", "Ł": "l", "ø": "o", "æ": "ae"})


def plain(name: str) -> str:
    """`name` as it stands in an address: lower case, letters of English, dots for blanks."""
    bare = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    kept = "".join(c for c in bare if c.isascii() and (c.isalnum() or c in " -"))
    return ".".join(kept.lower().split())
