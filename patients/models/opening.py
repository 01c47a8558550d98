"""How a chart was opened: what its pages keep back, and what they must say."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Opening:
    """For one reader, now.

    Attributes:
        close: The reader treats the patient closely, or broke the glass: labelled records show.
        glass_until: Until when the glass is broken; None: it is not.
    """

    close: bool
    glass_until: datetime | None = None
