"""The Message-IDs that providers give to mail in place of ours.

Who answers such a mail names theirs, and never saw ours. Both of these hosts say it when they take
the mail over.
"""

import re
from typing import Final

# Amazon SES: `250 Ok 0102018c7c1e2f3a-...-000000`, which is the id's left side.
_SES_HOST: Final = re.compile(r"email-smtp(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
_SES_ANSWER: Final = re.compile(r"(?:250 )?ok ([0-9a-z-]{20,100})", re.IGNORECASE)
_SES_FIRST_REGION: Final = "us-east-1"
# Microsoft: `250 2.0.0 OK <AM0PR02MB...@....prod.outlook.com> [Hostname=...]`.
_MICROSOFT_HOST: Final = re.compile(r"(?:.+\.)?(?:office365|outlook|hotmail|live)\.com")
_MICROSOFT_ANSWER: Final = re.compile(r"(<[^<>\s@]+@[^<>\s@]+>) \[hostname=", re.IGNORECASE)


def given_id(host: str, answer: str) -> str | None:
    """The Message-ID, with brackets, of a mail that the server `host` took with this answer; None
    where it says none, and the mail keeps ours."""
    name = host.casefold().rstrip(".")
    if ses := _SES_HOST.fullmatch(name):
        found = _SES_ANSWER.fullmatch(answer.strip())
        region = "email" if ses[1] == _SES_FIRST_REGION else ses[1]
        return f"<{found[1]}@{region}.amazonses.com>" if found else None
    if _MICROSOFT_HOST.fullmatch(name) and (said := _MICROSOFT_ANSWER.search(answer)):
        return said[1]
    return None
