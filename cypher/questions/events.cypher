// title: Which calls were made?
// params: case_id (text), since (integer: epoch seconds), until (integer: epoch seconds), level (integer: 1 heuristic, 2 strong, 3 exact)
// columns: time, event_id, action, outcome, error_code, session, access_key, address, region
MATCH (caller:Session)-[:CALLED]->(event:Event)
WHERE event.case_id = $case_id AND event.time >= $since AND event.time <= $until
RETURN event.time AS time, event.event_id AS event_id, event.action AS action, event.outcome AS outcome,
       event.error_code AS error_code,
       CASE WHEN coalesce(event.given_back, 3) < $level THEN coalesce(event.signed, caller.key) ELSE caller.key END AS session,
       event.access_key AS access_key, event.address AS address, event.region AS region
ORDER BY time, event_id
