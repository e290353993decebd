// title: What did these do that matters, step by step?
// params: case_id (text), held (list of maps: session, at: what is held and since when, as rounds of blast-radius give it), since (integer: epoch seconds), until (integer: epoch seconds), level (integer: 1 heuristic, 2 strong, 3 exact)
// columns: time, last_seen, session, action, outcome, error_code, count
// How control travelled stands in blast-radius.
UNWIND $held AS row
MATCH (caller:Session {key: row.session, case_id: $case_id})-[:CALLED]->(event:Event)
WHERE event.time >= row.at AND event.time >= $since AND event.time <= $until
WITH DISTINCT event, CASE WHEN coalesce(event.given_back, 3) < $level THEN coalesce(event.signed, caller.key) ELSE caller.key END AS session
WITH session, event.action AS action, event.outcome AS outcome, event.error_code AS error_code,
     count(event) AS count, min(event.time) AS time, max(event.time) AS last_seen,
     sum(CASE WHEN coalesce(event.read_only, false) = false OR event.category = 'Data' OR event.outcome = 'denied'
         OR event.access_class = 'read_data' THEN 1 ELSE 0 END) AS matters
WHERE matters > 0
RETURN time, last_seen, session, action, outcome, error_code, count
ORDER BY time, session, action
