"""Answers for people and machines: the page, tables, JSON, CSV, GraphML."""
