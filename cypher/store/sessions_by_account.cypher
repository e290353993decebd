// title: The sessions of the principals of an account
// params: case_id (text), values (list of texts)
MATCH (session:Session)
WHERE session.case_id = $case_id AND session.account IN $values
RETURN properties(session) AS said
ORDER BY said.number
