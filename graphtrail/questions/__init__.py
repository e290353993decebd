"""What can be asked of a case: one question, one file."""
