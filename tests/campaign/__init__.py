"""Commands killed at random instants: nothing is lost, and nothing is left running."""
