"""Itineraries, their guests and services, listings, the concierge calendar, public pages."""

from __future__ import annotations

from typing import ClassVar, Protocol

from ..jobs import Jobs
from ..persons import PersonHolder
from .copying import Copying, ItineraryCopies, ProposalCopies
from .documents import Document, DocumentKind, Documents
from .feeds import (
    CalendarCounts,
    CalendarEntry,
    CalendarEntryPage,
    CalendarOutcome,
    CalendarSource,
    ClosedAs,
    EntryKind,
    Feed,
    Feeds,
    FeedState,
)
from .importing import DayOrder, DecimalMark, Importing, ReservationPlan
from .listings import (
    ExternalId,
    Listing,
    ListingChanged,
    Listings,
    Portal,
    PortalChanged,
)
from .money import Balance, Instalment, Ledger, Payment, PaymentKind
from .overbooking import (
    Overbooking,
    OverbookingFound,
    OverbookingPage,
    OverbookingResolved,
    Overbookings,
    Stay,
)
from .papers import PaperKind, Papers, PublicPaper
from .paying import Paying, PaymentRecorded
from .planning import (
    ConciergeDay,
    ConciergeService,
    Planning,
    Service,
    ServiceDetails,
    ServiceKind,
)
from .proposals import (
    PROPOSAL_TOKENS,
    ChangeKind,
    LineChange,
    Proposal,
    ProposalAnswer,
    ProposalChanged,
    ProposalChanges,
    ProposalContent,
    ProposalItem,
    ProposalLine,
    ProposalLink,
    ProposalOffer,
    Proposals,
    ProposalState,
    ProposalStep,
    ProposalVersion,
    PublicProposal,
    Standing,
)
from .reviews import (
    GivenScore,
    Review,
    ReviewChanged,
    ReviewDetails,
    ReviewPage,
    ReviewReceived,
    Reviews,
    Scale,
    Score,
)
from .sharing import PublicItinerary, Sharing
from .states import ItineraryState, Origin, ServiceState, ServiceStep, Step
from .trips import (
    Guest,
    Itinerary,
    ItineraryChanged,
    ItineraryDetails,
    ItineraryPage,
    ItinerarySummary,
    Trips,
)


class Itineraries(
    Trips,
    Planning,
    Paying,
    Overbookings,
    Proposals,
    Listings,
    Sharing,
    Papers,
    Documents,
    Reviews,
    Importing,
    Feeds,
    Jobs,
    Copying,
    PersonHolder,
    Protocol,
):
    """Trips and what is planned in them."""

    service: ClassVar[str] = "itineraries"


__all__ = [
    "PROPOSAL_TOKENS",
    "Balance",
    "CalendarCounts",
    "CalendarEntry",
    "CalendarEntryPage",
    "CalendarOutcome",
    "CalendarSource",
    "ChangeKind",
    "ClosedAs",
    "ConciergeDay",
    "ConciergeService",
    "DayOrder",
    "DecimalMark",
    "Document",
    "DocumentKind",
    "Documents",
    "EntryKind",
    "ExternalId",
    "Feed",
    "FeedState",
    "Feeds",
    "GivenScore",
    "Guest",
    "Importing",
    "Instalment",
    "Itineraries",
    "Itinerary",
    "ItineraryChanged",
    "ItineraryCopies",
    "ItineraryDetails",
    "ItineraryPage",
    "ItineraryState",
    "ItinerarySummary",
    "Ledger",
    "LineChange",
    "Listing",
    "ListingChanged",
    "Listings",
    "Origin",
    "Overbooking",
    "OverbookingFound",
    "OverbookingPage",
    "OverbookingResolved",
    "Overbookings",
    "PaperKind",
    "Papers",
    "Paying",
    "Payment",
    "PaymentKind",
    "PaymentRecorded",
    "Planning",
    "Portal",
    "PortalChanged",
    "Proposal",
    "ProposalAnswer",
    "ProposalChanged",
    "ProposalChanges",
    "ProposalContent",
    "ProposalCopies",
    "ProposalItem",
    "ProposalLine",
    "ProposalLink",
    "ProposalOffer",
    "ProposalState",
    "ProposalStep",
    "ProposalVersion",
    "Proposals",
    "PublicItinerary",
    "PublicPaper",
    "PublicProposal",
    "ReservationPlan",
    "Review",
    "ReviewChanged",
    "ReviewDetails",
    "ReviewPage",
    "ReviewReceived",
    "Reviews",
    "Scale",
    "Score",
    "Service",
    "ServiceDetails",
    "ServiceKind",
    "ServiceState",
    "ServiceStep",
    "Sharing",
    "Standing",
    "Stay",
    "Step",
    "Trips",
]
