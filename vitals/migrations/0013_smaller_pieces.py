"""The pyramid in pieces of 512 buckets instead of 4,096, so that a new chunk rewrites less."""

from django.db import migrations

from vitals.storage.codec import DELTA_ZSTD, decode, encode

BEFORE, NOW = 4096, 512


def shrink(apps, schema_editor):
    Piece = apps.get_model("vitals", "PyramidPiece")
    rows = Piece.objects.order_by()
    for key in rows.values("recording_id", "channel", "level").distinct().iterator():
        large = list(rows.filter(**key))
        rows.filter(**key).delete()
        Piece.objects.bulk_create(
            [small for row in large for small in cut(Piece, key, row)], batch_size=1000
        )


def cut(Piece, key, row):
    both = decode(bytes(row.payload), DELTA_ZSTD, n_samples=BEFORE, n_channels=2)
    for part in range(BEFORE // NOW):
        buckets = both[part * NOW : (part + 1) * NOW]
        n_filled = int((buckets[:, 1] != -32768).sum())
        if n_filled:
            payload = encode(buckets.copy(), DELTA_ZSTD).payload
            index = row.index * (BEFORE // NOW) + part
            yield Piece(**key, index=index, n_filled=n_filled, payload=payload)


def forget(apps, schema_editor):
    """The pieces of before are drawn again by the worker, and on the fly until then."""
    apps.get_model("vitals", "PyramidPiece").objects.all().delete()
    apps.get_model("vitals", "WaveformChunk").objects.update(in_pyramid=False)


class Migration(migrations.Migration):
    dependencies = [("vitals", "0012_pack_what_rests")]

    operations = [migrations.RunPython(shrink, forget)]
