"""What a person needs to begin: the address and the demo's sign-ins, printed and in var/up.json."""

from __future__ import annotations

from pathlib import Path

from scripts.demo import World
from scripts.keys import write_private


def announce(path: Path, world: World, address: str, admin_token: str, admin: str) -> None:
    """Write `path` (mode 600) and print the same for a person."""
    users = [
        {"role": user.role.value, "name": user.name, "email": user.email, "password": password}
        for user, password in world.sign_ins()
    ]
    write_private(
        path, {"address": address, "users": users, "admin_token": admin_token, "admin": admin}
    )
    print(f"\nFairlead runs at {address}\n\nSign in as")
    for user in users:
        print(f"  {user['role']:<11} {user['email']:<40} {user['password']}")
    print(f"\nThe same stands in {path}. Stop with Ctrl-C; nothing is lost.\n", flush=True)
