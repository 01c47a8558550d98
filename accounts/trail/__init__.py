"""The audit trail under seal: digests, chain, exported heads, and who tampered with it."""
