// title: Relationships that another state of a case left are taken away
// params: case_id (text), load (text), most (integer)
MATCH (node:Entity)-[relationship]->()
WHERE node.case_id = $case_id AND relationship.load <> $load
WITH relationship LIMIT $most
DELETE relationship
RETURN count(*) AS gone
