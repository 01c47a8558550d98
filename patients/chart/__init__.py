"""The chart as a clinician reads it: rows of the tables turned into words."""
