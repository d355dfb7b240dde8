"""Everybody whom the operator talks to, as contacts: suppliers, agents, owners, travellers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.contacts import ContactKind, NewIdentity, Scheme
from contracts.itineraries import Listing

from .cultures import plain
from .households import Household, email_of, households
from .model import Person
from .partners import AGENTS, OWNERS
from .phones import Directory
from .regions import REGIONS, Company, Region, Trade
from .seeding import dice, numbered

CONTACTS = 120
LEADS = 36


@dataclass(frozen=True, slots=True)
class Party:
    """A household whose adults are partly contacts, by their names."""

    household: Household
    contact_ids: Mapping[str, UUID]


@dataclass(frozen=True, slots=True)
class Society:
    """All contacts, and who they are to each other."""

    people: list[Person]
    suppliers: Mapping[str, Person]  # by the company's slug
    owners: Mapping[UUID, Person]  # by the listing that is theirs
    agents: list[Person]
    parties: list[Party]
    listings: Mapping[str, Listing]  # by the region's key


def society(seed: int) -> Society:
    """Everybody in the world of this seed."""
    phones = Directory(seed)
    suppliers = {
        company.slug: _supplier(seed, phones, region, company)
        for region in REGIONS.values()
        for company in region.companies
    }
    agents = [_agent(seed, phones, *row) for row in AGENTS]
    owners = {_listing_id(seed, row[4]): _owner(seed, phones, *row) for row in OWNERS}
    fixed = [*suppliers.values(), *agents, *owners.values()]
    travelling = households(seed, LEADS)
    travellers = list(_travellers(seed, phones, travelling, CONTACTS - len(fixed)))
    return Society(
        people=[*fixed, *(person for _, person in travellers)],
        suppliers=suppliers,
        owners=owners,
        agents=agents,
        parties=[_party(household, travellers) for household in travelling],
        listings={
            region: Listing(
                id=_listing_id(seed, house),
                name=house,
                address=address,
                zone=REGIONS[region].zone,
            )
            for _, _, _, region, house, address in OWNERS
        },
    )


def _listing_id(seed: int, house: str) -> UUID:
    return numbered(seed, "listing", plain(house))


def _supplier(seed: int, phones: Directory, region: Region, company: Company) -> Person:
    addresses = [f"{plain(company.person).partition('.')[0]}@{company.domain}"]
    if company.trade is Trade.HOTEL:
        addresses.append(f"reservations@{company.domain}")
    return Person(
        id=numbered(seed, "supplier", company.slug),
        kind=ContactKind.SUPPLIER,
        name=company.person,
        company=company.name,
        language=company.language,
        zone=region.zone,
        notes=company.notes,
        identities=_identities(addresses, phones.number(company.home)),
    )


def _agent(
    seed: int,
    phones: Directory,
    name: str,
    company: str,
    domain: str,
    country: str,
    language: str,
    zone: str,
    notes: str,
) -> Person:
    return Person(
        id=numbered(seed, "agent", domain),
        kind=ContactKind.AGENT,
        name=name,
        company=company,
        language=language,
        zone=zone,
        notes=notes,
        identities=_identities(
            [f"{plain(name).partition('.')[0]}@{domain}.example"], phones.number(country)
        ),
    )


def _owner(
    seed: int,
    phones: Directory,
    name: str,
    language: str,
    country: str,
    region: str,
    house: str,
    address: str,
) -> Person:
    return Person(
        id=numbered(seed, "owner", plain(name)),
        kind=ContactKind.OWNER,
        name=name,
        language=language,
        zone=REGIONS[region].zone,
        notes=f"Owns {house}, {address}. Statement on the fifth of each month.",
        identities=_identities([email_of(name, dice(seed, "owner", name))], phones.number(country)),
    )


def _travellers(
    seed: int, phones: Directory, travelling: Sequence[Household], count: int
) -> Iterator[tuple[Household, Person]]:
    """The leads, and then as many second adults as there is place for."""
    leads = [(household, household.travellers[0].name) for household in travelling]
    seconds = [
        (household, household.travellers[1].name)
        for household in travelling
        if len(household.travellers) > 1
    ]
    for household, name in [*leads, *seconds][:count]:
        culture = household.culture
        throw = dice(seed, "traveller", name)
        person = Person(
            id=numbered(seed, "traveller", plain(name)),
            kind=ContactKind.TRAVELLER,
            name=name,
            language=culture.language,
            zone=culture.zone,
            notes=throw.choice(_TRAVELLER_NOTES),
            identities=_identities([email_of(name, throw)], phones.number(culture.country)),
        )
        yield household, person


_TRAVELLER_NOTES = (
    "",
    "",
    "",
    "",
    "Came through a friend's recommendation.",
    "Prefers an answer in the evening.",
    "Does not eat meat.",
    "Second journey with us.",
    "Allergic to nuts.",
    "Collects ceramic tiles; likes workshops.",
)


def _party(household: Household, known: Sequence[tuple[Household, Person]]) -> Party:
    ids = {person.name: person.id for party, person in known if party is household}
    return Party(household, ids)


def _identities(addresses: Sequence[str], phone: str | None) -> list[NewIdentity]:
    found = [NewIdentity(scheme=Scheme.EMAIL, value=address) for address in addresses]
    if phone is not None:
        found.append(NewIdentity(scheme=Scheme.PHONE, value=phone))
    return found
