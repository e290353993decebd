// title: From which addresses were these sessions used?
// params: case_id (text), sessions (list of texts: keys), since (integer: epoch seconds), until (integer: epoch seconds), level (integer: 1 heuristic, 2 strong, 3 exact)
// columns: session, address, count, first_seen, last_seen
MATCH (owner:Session)-[:CALLED]->(event:Event)
WHERE owner.case_id = $case_id AND owner.key IN $sessions AND event.time >= $since AND event.time <= $until
WITH event, CASE WHEN coalesce(event.given_back, 3) < $level THEN coalesce(event.signed, owner.key) ELSE owner.key END AS session
RETURN session, event.address AS address, count(event) AS count, min(event.time) AS first_seen, max(event.time) AS last_seen
ORDER BY first_seen, session, address
