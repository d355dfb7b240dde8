"""Colours that an organisation chose, and what can be read on them (WCAG 2.2)."""

from __future__ import annotations

LIGHT, DARK = "#ffffff", "#16202c"  # the inks of what we print on an organisation's colour


def luminance(colour: str) -> float:
    """The relative luminance, 0 to 1, of a colour such as `#0f5c6e`."""
    shares = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(colour: str) -> str:
    """The ink for words on `colour`: light where large type in it reads, 3 to 1, else dark."""
    return LIGHT if contrast(LIGHT, colour) >= 3 else DARK
