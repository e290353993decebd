"""Cypher that people type: checked, run on an engine, answered in values of the graph."""
