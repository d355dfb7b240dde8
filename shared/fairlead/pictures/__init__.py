"""Pictures of files: small and large ones of images, and of a PDF's first page.

What draws reads hostile bytes with libraries written in C. So it is a process of its own for each
file, with little memory, little time and none of our secrets; whatever becomes of it, the service
goes on. `fairlead[pictures]` brings the libraries.
"""

from .studio import Broken, Busy, draw, drawable
from .words import SIZES, Drawn, Picture

__all__ = ["SIZES", "Broken", "Busy", "Drawn", "Picture", "draw", "drawable"]
