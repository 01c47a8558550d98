"""Pages that administrators get beside Django's own: the set-up checklist and the health page."""
