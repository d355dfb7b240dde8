"""The first page: what runs here and where to go on."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from .public_pages import PAGE_POLICY

views = Blueprint("home", __name__)


@views.get("/")
def home() -> Response:
    """A page for a person who opened the address."""
    response = Response(render_template("home.html"))
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    return response
