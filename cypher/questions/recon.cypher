// title: Did these look around: who am I, what is there?
// params: case_id (text), held (list of maps: session, at: what is held and since when, as rounds of blast-radius give it), since (integer: epoch seconds), until (integer: epoch seconds), level (integer: 1 heuristic, 2 strong, 3 exact)
// columns: session, count, actions, denied
UNWIND $held AS row
MATCH (caller:Session {key: row.session, case_id: $case_id})-[:CALLED]->(event:Event)
WHERE event.time >= row.at AND event.time >= $since AND event.time <= $until AND caller.kind <> 'service' AND event.via IS NULL AND event.category <> 'Data'
  AND coalesce(event.read_only, true) = true
  AND event.action =~ '[^:]*:(List|Describe|Get|Head|Lookup|Search|BatchGet).*'
  AND NOT event.action STARTS WITH 'signin:' AND coalesce(event.access_class, '') <> 'credential'
WITH DISTINCT event, CASE WHEN coalesce(event.given_back, 3) < $level THEN coalesce(event.signed, caller.key) ELSE caller.key END AS session
RETURN session, count(event) AS count, count(DISTINCT event.action) AS actions,
       sum(CASE WHEN event.outcome = 'denied' THEN 1 ELSE 0 END) AS denied
ORDER BY actions DESC, session
