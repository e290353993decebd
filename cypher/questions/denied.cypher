// title: What was tried and refused?
// params: case_id (text), held (list of maps: session, at: what is held and since when, as rounds of blast-radius give it), since (integer: epoch seconds), until (integer: epoch seconds), level (integer: 1 heuristic, 2 strong, 3 exact)
// columns: session, action, error_code, resource, count, first_seen, last_seen
UNWIND $held AS row
MATCH (caller:Session {key: row.session, case_id: $case_id})-[:CALLED]->(event:Event)
WHERE event.time >= row.at AND event.time >= $since AND event.time <= $until AND event.outcome = 'denied'
MATCH (event)-[:AT]->(node:Entity)
WITH DISTINCT node, event, CASE WHEN coalesce(event.given_back, 3) < $level THEN coalesce(event.signed, caller.key) ELSE caller.key END AS session
RETURN session, event.action AS action, event.error_code AS error_code, node.key AS resource, count(event) AS count,
       min(event.time) AS first_seen, max(event.time) AS last_seen
ORDER BY first_seen, session, action, resource
