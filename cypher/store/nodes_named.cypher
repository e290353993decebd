// title: Principals and resources whose key contains a text, or one of whose unique ids it is
// params: case_id (text), part (text)
MATCH (node:Entity)
WHERE node.case_id = $case_id AND node.number IS NOT NULL AND NOT node:Session AND NOT node:Event
  AND (coalesce(node.long_key, node.key) CONTAINS $part OR $part IN node.unique_ids)
RETURN properties(node) AS said
ORDER BY said.number
