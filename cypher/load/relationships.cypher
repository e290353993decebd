// title: Relationships of one type
// params: rows (list of maps: source, target, properties; source and target are the uids of nodes)
// TYPE stands for the type of the relationships, one of those in docs/schema.md: the loader writes it there, nothing else.
// Properties are absolute values: the same rows again, in any batches, change nothing.
UNWIND $rows AS row
MATCH (source:Entity {uid: row.source})
MATCH (target:Entity {uid: row.target})
MERGE (source)-[relationship:TYPE {uid: row.properties.uid}]->(target)
SET relationship = row.properties
