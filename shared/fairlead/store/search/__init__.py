"""Searching what a service keeps: words in any order, begun or mistyped, accents or not.

Both databases answer from plain indexes, because under row-level security PostgreSQL uses none for
LIKE, full text or trigrams (see `row_security`). There are two tables:

- `TermRow`: that a document has a word, as a hash. It is read by word, the newest document first,
  and by document, to see whether it has the other words too.
- `FormRow`: what a word may be asked for by: itself, where a part of it begins, and what is left of
  it without one or two of its letters (Wolf Garbe's SymSpell: two words that differ in a letter
  have such a rest in common). So a prefix is a range and a typing error an equality.

What a search costs is bounded by the constants of `reading`, however much there is and whatever is
asked.
"""

from . import catching_up
from .folding import fold
from .marking import Snippet, marks, snippet
from .reading import Found, Wanted, find
from .tables import FormRow, Index, TermRow
from .words import query_words, words
from .writing import Entry, Searched, put, remove, retag

__all__ = [
    "Entry",
    "FormRow",
    "Found",
    "Index",
    "Searched",
    "Snippet",
    "TermRow",
    "Wanted",
    "catching_up",
    "find",
    "fold",
    "marks",
    "put",
    "query_words",
    "remove",
    "retag",
    "snippet",
    "words",
]
