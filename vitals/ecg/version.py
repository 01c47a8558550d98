"""Who reads: the name and version that stand beside every result.

Whoever changes what is found raises the version; recordings are then read again.
"""

from __future__ import annotations

from typing import Final

ALGORITHM: Final = "chartwave-ecg"
ALGORITHM_VERSION: Final = "2"
STATUS: Final = "preliminary, unreviewed computer reading"
