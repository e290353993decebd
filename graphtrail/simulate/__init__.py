"""A simulated organisation with one incident, and the truth about it."""
