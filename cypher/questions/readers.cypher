// title: Who read it, how much, and when?
// params: case_id (text), resource (text: key), below (text: key and '/'; null for anything but a bucket), since (integer: epoch seconds), until (integer: epoch seconds), level (integer: 1 heuristic, 2 strong, 3 exact)
// columns: reader, hour, count, first_seen, last_seen
// reader is the origin at the default level of confidence, else the session itself.
MATCH (node:Entity)<-[at:AT]-(event:Event)<-[:CALLED]-(caller:Session)
WHERE node.case_id = $case_id AND (node.key = $resource OR node.key STARTS WITH $below)
  AND at.role IN ['target', 'source', 'created'] AND event.time >= $since AND event.time <= $until
  AND event.outcome = 'ok'
  AND (at.role = 'source' OR coalesce(event.read_only, event.access_class IN ['list', 'read', 'read_data']))
WITH DISTINCT event, CASE WHEN coalesce(event.given_back, 3) < $level THEN coalesce(event.signed, caller.key) ELSE caller.key END AS session
MATCH (signer:Session {key: session, case_id: $case_id})
WITH coalesce(signer.origin, signer.key) AS reader, event.time - event.time % 3600 AS hour, event
RETURN reader, hour, count(event) AS count, min(event.time) AS first_seen, max(event.time) AS last_seen
ORDER BY count DESC, hour, reader
