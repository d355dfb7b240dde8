"""Doors of contacts."""

from __future__ import annotations

from contracts.contacts import Contacts

from ..door import Door

_ID = frozenset({"id"})

DOORS = (
    Door("GET", "/contacts", Contacts, "list_contacts"),
    Door("POST", "/contacts", Contacts, "create_contact", 201, _ID),
    Door("GET", "/contacts/{id}", Contacts, "get_contact"),
    Door("PATCH", "/contacts/{id}", Contacts, "update_contact"),
    Door("POST", "/contacts/{id}/identities", Contacts, "add_identity", 201),
    Door("DELETE", "/contacts/{id}/identities/{identity_id}", Contacts, "remove_identity"),
    Door("GET", "/contacts/tags", Contacts, "list_tags"),
    Door("GET", "/contacts/fields", Contacts, "list_fields"),
    Door("POST", "/contacts/fields", Contacts, "add_field", 201),
    Door("PUT", "/contacts/fields/{key}", Contacts, "update_field"),
    Door("DELETE", "/contacts/fields/{key}", Contacts, "remove_field"),
    Door("GET", "/contacts/{contact_id}/notes", Contacts, "list_notes"),
    Door("POST", "/contacts/{contact_id}/notes", Contacts, "add_note", 201, _ID),
    Door("PUT", "/contacts/notes/{id}", Contacts, "update_note"),
    Door("DELETE", "/contacts/notes/{id}", Contacts, "remove_note"),
    Door("GET", "/contacts/{contact_id}/consents", Contacts, "consent_history"),
    Door("POST", "/contacts/{contact_id}/consents", Contacts, "set_consent", 201),
    Door("GET", "/contacts/duplicates", Contacts, "list_duplicates"),
    Door("POST", "/contacts/duplicates/dismiss", Contacts, "dismiss_duplicate"),
    Door("GET", "/contacts/{contact_id}/merges", Contacts, "list_merges"),
    Door("POST", "/contacts/{id}/merge", Contacts, "merge_contacts"),
    Door("POST", "/contacts/{id}/merge/preview", Contacts, "preview_merge"),
    Door("DELETE", "/contacts/merges/{id}", Contacts, "undo_merge"),
    Door("POST", "/contacts/{contact_id}/export", Contacts, "start_person_export", 201, _ID),
    Door("POST", "/contacts/{contact_id}/erasure", Contacts, "start_erasure", 201, _ID),
    Door("POST", "/contacts/import/inspect", Contacts, "inspect_import"),
    Door("POST", "/contacts/import", Contacts, "start_import", 201, _ID),
    Door("POST", "/contacts/export", Contacts, "start_export", 201, _ID),
)
