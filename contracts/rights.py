"""Who may do what: the one rights table (mission D1).

Each method of an interface names one row; the service that acts checks it at its own door. The
last word of a row is the scope it falls under, by which an API token is limited.
"""

from fairlead.context import Role
from fairlead.contract import Right

_TEAM = frozenset({Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.USER})
_MANAGEMENT = frozenset({Role.OWNER, Role.ADMIN})
_SERVICE = frozenset({Role.SERVICE})

PUBLIC = Right("use public pages", _TEAM | _SERVICE | {Role.NOBODY}, "")
SERVICES_ONLY = Right("act for a service", _SERVICE, "")

READ = Right("read messages, contacts and itineraries", _TEAM | _SERVICE, "read")
SEND_MESSAGES = Right("send messages", _TEAM | _SERVICE, "send")
ORGANISE_MESSAGES = Right("link, archive and mark messages", _TEAM | _SERVICE, "organise")
EDIT_CONTACTS = Right("edit contacts", _TEAM | _SERVICE, "edit")
EDIT_ITINERARIES = Right("edit itineraries", _TEAM | _SERVICE, "edit")
EXPORT_CONTACTS = Right("export contacts", _MANAGEMENT | {Role.SUPERVISOR, Role.SERVICE}, "read")
PERSONAL_DATA = Right("export and erase a person's data", _MANAGEMENT | _SERVICE, "manage")
RECORD_PAYMENTS = Right("record payments", _TEAM | _SERVICE, "edit")
MANAGE_FEEDS = Right(
    "manage calendar feeds", _MANAGEMENT | {Role.SUPERVISOR, Role.SERVICE}, "manage"
)
VOID_PAYMENTS = Right(
    "take back recorded payments", _MANAGEMENT | {Role.SUPERVISOR, Role.SERVICE}, "edit"
)
OWN_DRAFTS = Right("keep own drafts of messages", _TEAM, "send")
SEE_ONESELF = Right("see who one is", _TEAM | _SERVICE, "")
OWN_PROFILE = Right("change the own profile and tokens", _TEAM, "profile")

EDIT_LABELS = Right("edit labels", _MANAGEMENT | {Role.SUPERVISOR, Role.SERVICE}, "manage")
WRITE_TEMPLATES = Right(
    "write message templates", _MANAGEMENT | {Role.SUPERVISOR, Role.SERVICE}, "manage"
)

CONFIGURE_CHANNELS = Right("connect and configure channels", _MANAGEMENT | _SERVICE, "manage")
MANAGE_USERS = Right("manage users", _MANAGEMENT | _SERVICE, "manage")
CHANGE_SETTINGS = Right("change the organisation's settings", _MANAGEMENT | _SERVICE, "manage")
MANAGE_CREDITS = Right("top up credits and set their prices", _MANAGEMENT | _SERVICE, "manage")
READ_AUDIT = Right("read the audit log", _MANAGEMENT, "manage")
MANAGE_WEBHOOKS = Right("manage webhooks", _MANAGEMENT, "manage")

USE_SANDBOX = Right("use the sandbox", _TEAM | _SERVICE, "send")

SCOPES = ("read", "send", "organise", "edit", "profile", "manage")

TABLE = tuple(value for value in dict(globals()).values() if isinstance(value, Right))
