"""Tests that cross services.

A package, as linkpreview leaves one of this name beside itself, and would be found instead.
"""
