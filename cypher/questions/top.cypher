// title: Who and what occurs most?
// params: case_id (text), by (text: principal, action, resource, address or error), since (integer: epoch seconds), until (integer: epoch seconds), level (integer: 1 heuristic, 2 strong, 3 exact)
// columns: value, count, first_seen, last_seen
MATCH (caller:Session)-[:CALLED]->(event:Event)
WHERE event.case_id = $case_id AND event.time >= $since AND event.time <= $until AND $by IN ['principal', 'action', 'address', 'error']
  AND ($by <> 'error' OR event.error_code IS NOT NULL)
WITH event, CASE WHEN coalesce(event.given_back, 3) < $level THEN coalesce(event.signed, caller.key) ELSE caller.key END AS session
MATCH (signer:Session {key: session, case_id: $case_id})
WITH event, CASE $by WHEN 'principal' THEN signer.principal WHEN 'action' THEN event.action
                     WHEN 'address' THEN event.address ELSE event.error_code END AS value
RETURN value, count(event) AS count, min(event.time) AS first_seen, max(event.time) AS last_seen
ORDER BY count DESC, value
UNION
MATCH (event:Event)-[:AT]->(node:Entity)
WHERE event.case_id = $case_id AND event.time >= $since AND event.time <= $until AND $by = 'resource'
WITH DISTINCT event, node
RETURN node.key AS value, count(event) AS count, min(event.time) AS first_seen, max(event.time) AS last_seen
ORDER BY count DESC, value
