// title: The calls that some sessions signed and that were made for others
// params: case_id (text), keys (list of texts)
MATCH (session:Session)-[:CALLED]->(event:Event)
WHERE event.case_id = $case_id AND event.signed IN $keys
RETURN event.number AS number, session.number AS session, coalesce(session.long_key, session.key) AS key,
       properties(event) AS said
