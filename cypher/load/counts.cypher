// title: How much of one state of a case is there
// params: case_id (text), load (text)
MATCH (node:Entity)
WHERE node.case_id = $case_id AND node.load = $load AND NOT node:Case
OPTIONAL MATCH (node)-[relationship]->()
WHERE relationship.load = $load
RETURN count(DISTINCT node) AS nodes, count(relationship) AS relationships
