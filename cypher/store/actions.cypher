// title: What was done in a case: each action once
// params: case_id (text)
MATCH (node:Action)
WHERE node.case_id = $case_id
RETURN DISTINCT node.action AS action
ORDER BY action
