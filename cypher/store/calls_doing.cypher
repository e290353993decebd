// title: The calls of a case that did something, in a time
// params: case_id (text), actions (list of texts), since (integer), until (integer)
MATCH (session:Session)-[:CALLED]->(event:Event)
WHERE event.time >= $since AND event.time <= $until AND event.case_id = $case_id
  AND event.action IN $actions
RETURN event.number AS number, session.number AS session, coalesce(session.long_key, session.key) AS key,
       properties(event) AS said
