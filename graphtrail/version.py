"""The version of graphtrail."""

__version__ = "0.1.0"
