// title: The sessions with an ARN
// params: case_id (text), values (list of texts)
MATCH (session:Session)
WHERE session.case_id = $case_id AND session.session_arn IN $values
RETURN properties(session) AS said
ORDER BY said.number
