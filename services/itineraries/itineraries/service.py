"""Trips, what is planned in them, and what is sold. The doors are in `doors`."""

from __future__ import annotations

from contracts.itineraries import Itineraries
from fairlead.jobs.doors import JobDoors
from fairlead.projections.doors import ProjectionDoors, offer, projecting
from fairlead.service import AdminRoutes, Store

from .doors.copying import Copying
from .doors.documents import Documents
from .doors.feeds import Feeds
from .doors.finishing import Finishing
from .doors.importing import Importing
from .doors.learning import Learning
from .doors.listings import Listings
from .doors.overbookings import Overbookings
from .doors.papers import Papers
from .doors.paying import Paying
from .doors.persons import Persons
from .doors.planning import Planning
from .doors.proposals import Proposals
from .doors.reviews import Reviews
from .doors.sharing import Sharing
from .doors.trips import Trips
from .read_models import READ_MODELS


class ItinerariesService(
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
    Finishing,
    Persons,
    Importing,
    Feeds,
    JobDoors,
    Copying,
    Learning,
    ProjectionDoors,
):
    """Trips and what is planned in them."""

    name = "itineraries"
    implements = Itineraries
    store = Store()
    projector = projecting(READ_MODELS)
    projection_admin = AdminRoutes(offer(READ_MODELS))
