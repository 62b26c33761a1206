"""Rules over a scenario: what its knobs and faults decide before anything is run, one per file."""
