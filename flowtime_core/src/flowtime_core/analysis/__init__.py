"""What must hold of a finished evaluation (SEMANTICS 6): pure functions that return findings."""
