"""Where the shared test data is: real records and bundles that are not ours to ship."""

import os
from pathlib import Path

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
DATA = Path(os.environ.get("CHARTWAVE_SHARED_DATA", BESIDE))
