// title: The calls whose caller has an ARN, as recorded
// params: case_id (text), arn (text)
MATCH (session:Session)-[:CALLED]->(event:Event)
WHERE event.case_id = $case_id AND event.identity_arn = $arn
RETURN event.number AS number, session.number AS session, coalesce(session.long_key, session.key) AS key,
       properties(event) AS said
