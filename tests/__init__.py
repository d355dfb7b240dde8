"""Tests that cross services; those of the shared library lie beside it under the same name.

A package, as linkpreview leaves one of this name beside itself, and would be found instead.
"""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
