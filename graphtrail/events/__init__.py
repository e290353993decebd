"""Raw records become facts, or a reject with its reason."""
