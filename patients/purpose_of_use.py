"""Why somebody looks, beyond treatment as usual: as SQL, for the statement that notes the look."""

# HL7 v3 ActReason "break the glass" while ``user`` holds the glass of ``patient`` broken. Whoever
# is no person and whatever is about nobody asks for no row at all.
BREAK_GLASS = """
coalesce((
  SELECT 'BTG' FROM patients_breakglass AS glass
  WHERE glass.patient_id = %(patient)s::uuid AND glass.user_id::text = %(user)s
    AND glass.ended_at IS NULL AND %(at)s::timestamptz BETWEEN glass.began AND glass.until LIMIT 1
), '')
"""
