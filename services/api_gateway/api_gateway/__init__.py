"""The one HTTP door: the JSON API, live events, tracking and public pages."""
