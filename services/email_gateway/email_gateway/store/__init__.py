"""Tables and queries of the email gateway, a module a subject."""
