"""The case on disk: immutable segments of facts and a manifest that is replaced atomically."""
