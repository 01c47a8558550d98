"""Formulary, doses and prescribing checks."""
