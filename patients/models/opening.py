"""How a chart was opened: what its pages keep back, and what they must say."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Opening:
    """For one reader, now.

    Attributes:
        close: The reader treats the patient closely, or broke the glass: labelled records show.
        glass: The broken glass that the reader holds; None: none.
        glass_until: Until when.
    """

    close: bool
    glass: UUID | None = None
    glass_until: datetime | None = None
