// title: The calls that were signed with an access key
// params: case_id (text), access_key (text)
MATCH (session:Session)-[:CALLED]->(event:Event)
WHERE event.case_id = $case_id AND event.access_key = $access_key
RETURN event.number AS number, session.number AS session, coalesce(session.long_key, session.key) AS key,
       properties(event) AS said
