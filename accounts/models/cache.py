"""What all processes count and remember for a short time (the shared cache)."""

from django.db import models


class CacheEntry(models.Model):
    """One value until it expires. The table is not written ahead: a database crash empties it."""

    key = models.CharField(max_length=300, primary_key=True)
    value = models.JSONField()
    # None: for ever.
    expires = models.DateTimeField(null=True, db_index=True)

    class Meta:
        db_table = "ehr_cache"

    def __str__(self) -> str:
        return self.key
