"""Pure records and laws. No clock, no disk, no network, no randomness."""
