// title: The sessions that were given a name
// params: case_id (text), values (list of texts)
MATCH (session:Session)
WHERE session.case_id = $case_id AND session.session_name IN $values
RETURN properties(session) AS said
ORDER BY said.number
