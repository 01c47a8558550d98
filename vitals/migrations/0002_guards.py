"""What the database promises about devices and samples, whoever writes."""

from django.db import migrations

from fhir.guards import GuardVersion

# Lock the device first, so that two nurses at two bedsides cannot both see it free.
ONE_WEARER = """
CREATE FUNCTION chartwave_one_wearer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM vitals_device WHERE id = NEW.device_id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT 1 FROM vitals_pairing other
    WHERE other.device_id = NEW.device_id AND other.id <> NEW.id
      AND tstzrange(other.start, other."end") && tstzrange(NEW.start, NEW."end")
  ) THEN
    RAISE EXCEPTION 'chartwave: the device has another wearer at that time'
      USING ERRCODE = 'exclusion_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER one_wearer BEFORE INSERT OR UPDATE ON vitals_pairing
  FOR EACH ROW EXECUTE FUNCTION chartwave_one_wearer();
"""

# Samples are packed already: a second compression by the database would only cost time.
AS_IT_IS = """
ALTER TABLE vitals_waveformchunk ALTER COLUMN payload SET STORAGE EXTERNAL;
ALTER TABLE vitals_pyramidpiece ALTER COLUMN payload SET STORAGE EXTERNAL;
"""


class Migration(migrations.Migration):
    dependencies = [("vitals", "0001_initial")]

    operations = [
        GuardVersion("Device"),
        migrations.RunSQL(
            ONE_WEARER,
            "DROP TRIGGER one_wearer ON vitals_pairing; DROP FUNCTION chartwave_one_wearer()",
        ),
        migrations.RunSQL(AS_IT_IS, migrations.RunSQL.noop),
    ]
