"""Homes of the graph."""
