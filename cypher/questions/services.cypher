// title: Which services acted for these?
// params: case_id (text), held (list of maps: session, at: what is held and since when, as rounds of blast-radius give it), since (integer: epoch seconds), until (integer: epoch seconds), level (integer: 1 heuristic, 2 strong, 3 exact)
// columns: via, session, action, outcome, error_code, count
UNWIND $held AS row
MATCH (caller:Session {key: row.session, case_id: $case_id})-[:CALLED]->(event:Event)
WHERE event.time >= row.at AND event.time >= $since AND event.time <= $until AND caller.kind <> 'service' AND event.via IS NOT NULL
WITH DISTINCT event, CASE WHEN coalesce(event.given_back, 3) < $level THEN coalesce(event.signed, caller.key) ELSE caller.key END AS session
RETURN event.via AS via, session, event.action AS action, event.outcome AS outcome, event.error_code AS error_code,
       count(event) AS count
ORDER BY via, session, action, outcome, error_code
