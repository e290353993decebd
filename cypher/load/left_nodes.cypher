// title: Nodes that another state of a case left are taken away, with what hangs on them
// params: case_id (text), load (text), most (integer)
MATCH (node:Entity)
WHERE node.case_id = $case_id AND node.load <> $load AND NOT node:Case
WITH node LIMIT $most
DETACH DELETE node
RETURN count(*) AS gone
