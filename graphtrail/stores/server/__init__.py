"""A Neo4j server as a home of the graph."""
