// title: Who assumed this role, and what did these sessions assume?
// params: case_id (text), seed (text: key), sessions (list of texts: keys), since (integer: epoch seconds), until (integer: epoch seconds), level (integer: 1 heuristic, 2 strong, 3 exact)
// columns: time, event_id, action, session, target_role, issued_session, issued_key, issued_name
MATCH (caller:Session)-[:CALLED]->(event:Event)-[:HANDED_OUT]->(credential:Credential)
WHERE event.case_id = $case_id AND event.time >= $since AND event.time <= $until AND credential.action <> 'iam:CreateAccessKey'
WITH event, credential, CASE WHEN coalesce(event.given_back, 3) < $level THEN coalesce(event.signed, caller.key) ELSE caller.key END AS session
WHERE credential.principal = $seed OR session IN $sessions
RETURN event.time AS time, event.event_id AS event_id, credential.action AS action,
       session, credential.principal AS target_role, credential.session AS issued_session,
       credential.access_key AS issued_key, credential.session_name AS issued_name
ORDER BY time, event_id, issued_key
