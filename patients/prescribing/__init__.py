"""Prescribing by tables: what is known of medicines, of doses and of their dangers."""
