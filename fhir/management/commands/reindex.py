"""``manage.py reindex [TYPE ...]``: works out anew what records are found by over FHIR."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fhir.definitions import RESOURCE_TYPES
from fhir.models import StoredResource
from fhir.registry import mapping, native_types
from fhir.reindexing import reindex


class Command(BaseCommand):
    """Needed after a release that reads more out of resources; harmless at any time."""

    help = "Works out anew what records are found by over FHIR; no record gets a new version."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "types", nargs="*", metavar="TYPE", help="FHIR resource types; all by default"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        for type_ in self._types(options["types"]):
            model = mapping(type_).model if type_ else StoredResource
            stored = type_ if model is StoredResource else ""
            done = reindex(model, stored)
            self.stdout.write(f"{type_ or 'stored types'}: {done}")

    def _types(self, wanted: list[str]) -> list[str]:
        strange = sorted(set(wanted) - RESOURCE_TYPES)
        if strange:
            raise CommandError(f'"{strange[0]}" is not a FHIR R4 resource type.')
        # All stored types share a table, which is then walked through once.
        return wanted or [*native_types(), ""]
