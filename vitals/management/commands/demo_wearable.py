"""``manage.py demo_wearable``: the invented patient's patch, played by the simulated wearable."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

ROOT = Path(__file__).resolve().parents[3]
KEY = "demo-device-key"  # written by load_demo
SPOOL = "demo-wearable"
WAIT_S = 60.0


class Command(BaseCommand):
    help = "Play the demo ECG in a loop against the server on this machine (demo mode only)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--server", default="")

    def handle(self, *_: Any, server: str, **__: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The simulated wearable plays in the demo only: CHARTWAVE_DEMO=1.")
        key_file = Path(settings.DATA_DIR) / KEY
        deadline = time.monotonic() + WAIT_S
        while not key_file.exists():
            if time.monotonic() > deadline:
                raise CommandError(f"{key_file} is not there. Load the demo clinic: load_demo.")
            time.sleep(0.5)
        words = [
            *(sys.executable, "-m", "clients.wearable", "--demo"),
            *("--server", server or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"),
            *("--key-file", str(key_file), "--spool", str(Path(settings.DATA_DIR) / SPOOL)),
        ]
        os.chdir(ROOT)
        os.execv(sys.executable, words)  # noqa: S606 -- the wearable takes this process's place
