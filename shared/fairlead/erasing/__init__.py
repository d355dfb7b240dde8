"""Forgetting a person: her names and addresses, wherever they stand in a store (docs/adr/0009).

`Traces` are what she is known by, `Sweep` goes through all tables of a service and takes them out.
What she said, which no word of hers tells apart, each service removes by itself.
"""

from .lists import Dropped, Lists
from .sweep import Sweep, Swept, Treatment
from .traces import ERASED_ADDRESS, ERASED_NAME, Traces

__all__ = [
    "ERASED_ADDRESS",
    "ERASED_NAME",
    "Dropped",
    "Lists",
    "Sweep",
    "Swept",
    "Traces",
    "Treatment",
]
