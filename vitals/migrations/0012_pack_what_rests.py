"""Chunks that no job came back for after they had settled are packed once."""

from django.db import migrations

PACK = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
SELECT 'packing', 'vitals.tasks.pack_settled', 'pack:' || recording_id,
       'pack:' || recording_id, jsonb_build_object('recording_id', recording_id::text)
FROM (SELECT DISTINCT recording_id FROM vitals_waveformchunk WHERE codec = 'raw') AS lying
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("vitals", "0011_original_files"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [migrations.RunSQL(PACK, migrations.RunSQL.noop)]
