// title: Nodes of one kind
// params: rows (list of maps: uid, properties)
// Label stands for the kind of the nodes, one of those in docs/schema.md: the loader writes it there, nothing else.
// Properties are absolute values: the same rows again, in any batches, change nothing.
UNWIND $rows AS row
MERGE (node:Entity {uid: row.uid})
SET node = row.properties
SET node:Label
