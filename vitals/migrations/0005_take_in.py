"""Taking in chunks that raise no question, in one call."""

from django.db import migrations

# Each statement inside sees what was committed before it, so after the two locks nothing races.
# Whatever is not plain (repeated, overlapping, closed, another wearer …) is left to vitals.acts,
# which knows the words for it: then nothing is written and no row comes back.
TAKE_IN = """
CREATE FUNCTION chartwave_take_in(
  the_recording uuid, the_device uuid, seqs int[], sha256s bytea[], firsts bigint[],
  device_times timestamptz[], device_clocks timestamptz[], arrivals timestamptz[],
  offsets bigint[], starts timestamptz[], payloads bytea[], job_queue text, job_task text
) RETURNS TABLE (n_channels int, assigned boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  width int;
  rate float8;
  wearer uuid;
  wearer_then uuid;
  near int;
  earliest timestamptz := (SELECT min(t) FROM unnest(starts) AS t);
  latest timestamptz := (SELECT max(t) FROM unnest(starts) AS t);
BEGIN
  -- The device before the recording, as attaching does.
  PERFORM 1 FROM vitals_device WHERE id = the_device FOR KEY SHARE;
  SELECT cardinality(r.channels), r.sampling_rate_hz, r.pairing_id INTO width, rate, wearer
  FROM vitals_recording r
  WHERE r.id = the_recording AND r.device_id = the_device AND r.closed_at IS NULL
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN; END IF;

  IF EXISTS (
    SELECT 1 FROM unnest(seqs, firsts, payloads) AS new(seq, first_sample, payload)
    WHERE octet_length(payload) % (2 * width) <> 0
      OR EXISTS (SELECT 1 FROM vitals_chunkreceipt old
                 WHERE old.recording_id = the_recording AND old.seq = new.seq)
      -- Receipts never overlap each other, so the last one that begins before our end decides.
      OR new.first_sample < (
        SELECT old.first_sample + old.n_samples FROM vitals_chunkreceipt old
        WHERE old.recording_id = the_recording
          AND old.first_sample < new.first_sample + octet_length(new.payload) / (2 * width)
        ORDER BY old.first_sample DESC LIMIT 1)
  ) THEN RETURN; END IF;

  SELECT count(*), min(p.id::text)::uuid INTO near, wearer_then FROM vitals_pairing p
  WHERE p.device_id = the_device AND p.start <= latest AND (p."end" IS NULL OR p."end" > earliest);
  IF near > 1 OR near = 1 AND (wearer <> wearer_then OR NOT EXISTS (
    SELECT 1 FROM vitals_pairing p
    WHERE p.id = wearer_then AND p.start <= earliest AND (p."end" IS NULL OR p."end" > latest)
  )) THEN RETURN; END IF;

  IF wearer IS NULL AND wearer_then IS NOT NULL THEN
    UPDATE vitals_recording SET pairing_id = wearer_then WHERE id = the_recording;
  END IF;
  INSERT INTO vitals_chunkreceipt (recording_id, seq, sha256, first_sample, n_samples,
    device_time, device_clock, arrived_at, clock_offset_ms)
  SELECT the_recording, new.seq, new.sha256, new.first_sample,
    octet_length(new.payload) / (2 * width), new.device_time, new.device_clock, new.arrived_at,
    new.clock_offset_ms
  FROM unnest(seqs, sha256s, firsts, device_times, device_clocks, arrivals, offsets, payloads)
    AS new(seq, sha256, first_sample, device_time, device_clock, arrived_at, clock_offset_ms,
           payload);
  INSERT INTO vitals_waveformchunk (recording_id, first_sample, n_samples, start_time,
    pairing_id, in_pyramid, codec, key_id, payload)
  SELECT the_recording, new.first_sample, octet_length(new.payload) / (2 * width),
    new.start_time, wearer_then, false, 'raw', 0, new.payload
  FROM unnest(firsts, starts, payloads) AS new(first_sample, start_time, payload);
  -- A young recording is read every 2 s, one of four minutes and more every 14 s: each reading looks
  -- at the last five minutes again.
  INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, scheduled_at)
  VALUES (job_queue, job_task, 'recording:' || the_recording, 'recording:' || the_recording,
    jsonb_build_object('recording_id', the_recording::text),
    now() + make_interval(secs => least(14, 2 + firsts[1] / rate / 20)))
  ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING;
  RETURN QUERY SELECT width, wearer_then IS NOT NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("vitals", "0004_recording_generation"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [migrations.RunSQL(TAKE_IN, "DROP FUNCTION chartwave_take_in")]
