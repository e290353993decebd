// title: The sessions whose origin has a status
// params: case_id (text), values (list of texts)
MATCH (session:Session)
WHERE session.case_id = $case_id AND session.origin_status IN $values
RETURN properties(session) AS said
ORDER BY said.number
