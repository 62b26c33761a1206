"""Layer 0: what a workflow is. Frozen, pure data; loading text into it; where each value stands."""
