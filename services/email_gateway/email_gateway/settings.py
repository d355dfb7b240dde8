"""What the email gateway reads from the environment."""

from __future__ import annotations

from fairlead.settings import (
    Common,
    Kind,
    boolean,
    integer,
    listing,
    optional,
    secret,
    setting,
    text,
    url,
)

from .domain.scanners import network


class EmailSettings(Common):
    """The email gateway's own settings beside the common ones."""

    local_hostname = setting(
        "FAIRLEAD_EMAIL_HOSTNAME",
        text("our name in EHLO", "mail.example.com"),
        default="fairlead.localdomain",
        help="The name with which the gateway greets mail servers",
    )
    senders = setting(
        "FAIRLEAD_EMAIL_SENDERS",
        integer(1, 64),
        default="4",
        help="How many mails one process sends at a time",
    )
    private_hosts = setting(
        "FAIRLEAD_EMAIL_PRIVATE_HOSTS",
        boolean(),
        default="no",
        help="Whether mail servers may be on private networks and loopback",
    )
    test_domains = setting(
        "FAIRLEAD_EMAIL_TEST_DOMAINS",
        boolean(),
        default="no",
        help="Whether addresses under .test may be written to",
    )
    ca_file = setting(
        "FAIRLEAD_EMAIL_CA_FILE",
        text("a PEM file", "/etc/ssl/own-ca.pem"),
        default="",
        help="Further certificates that mail servers may be signed with",
    )
    scanner_networks = setting(
        "FAIRLEAD_EMAIL_SCANNER_NETWORKS",
        listing(Kind(network, "a network", "192.0.2.0/24"), shortest=0),
        default="",
        help="Networks of mail filters beside those that are known: a click from there is no "
        "person's",
    )
    google_client_id = setting(
        "FAIRLEAD_EMAIL_GOOGLE_CLIENT_ID",
        text("a client id", "fairlead"),
        default="",
        help="What Google knows this installation as; without it no mailbox is connected there",
    )
    google_client_secret = setting(
        "FAIRLEAD_EMAIL_GOOGLE_CLIENT_SECRET",
        optional(secret()),
        default="",
        help="The secret that goes with it",
    )
    google_token_url = setting(
        "FAIRLEAD_EMAIL_GOOGLE_TOKEN_URL",
        url("https", "http", example="https://oauth2.googleapis.com/token"),
        default="https://oauth2.googleapis.com/token",
        help="Where Google gives access tokens",
    )
    microsoft_client_id = setting(
        "FAIRLEAD_EMAIL_MICROSOFT_CLIENT_ID",
        text("a client id", "fairlead"),
        default="",
        help="What Microsoft knows this installation as; without it no mailbox is connected there",
    )
    microsoft_client_secret = setting(
        "FAIRLEAD_EMAIL_MICROSOFT_CLIENT_SECRET",
        optional(secret()),
        default="",
        help="The secret that goes with it",
    )
    microsoft_token_url = setting(
        "FAIRLEAD_EMAIL_MICROSOFT_TOKEN_URL",
        url("https", "http", example="https://login.microsoftonline.com/common/oauth2/v2.0/token"),
        default="https://login.microsoftonline.com/common/oauth2/v2.0/token",
        help="Where Microsoft gives access tokens",
    )
