// title: Nodes that were of another kind in an earlier state of the case are taken away, to be made anew
// params: rows (list of maps: uid)
// Label stands for the kind of the nodes, as in nodes.cypher.
UNWIND $rows AS row
MATCH (node:Entity {uid: row.uid})
WHERE NOT node:Label
DETACH DELETE node
