"""Texts submitted to a message centre."""
