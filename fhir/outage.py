"""A database that does not answer: how that looks from here, and what is said of it."""

import psycopg
from django.db import InterfaceError, OperationalError

from fhir.errors import Refusal

# Statements that are sent as they stand raise the driver's errors, all others Django's.
AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


class DatabaseAway(Refusal):
    """The database did not answer in time. What was sent may not be kept: send it again later."""

    status = 503
    code = "database-away"
    issue = "transient"
    part = "database"
    retry_after_s = 5
