// title: Sessions, principals and resources by their numbers
// params: case_id (text), numbers (list of integers)
MATCH (node:Entity)
WHERE node.number IN $numbers AND node.case_id = $case_id AND NOT node:Event
RETURN properties(node) AS said
