// title: Exactly which objects were touched, by whom?
// params: case_id (text), resource (text: key), below (text: key and '/'; null for anything but a bucket), since (integer: epoch seconds), until (integer: epoch seconds), level (integer: 1 heuristic, 2 strong, 3 exact)
// columns: resource, session, action, outcome, error_code, count, first_seen, last_seen
MATCH (node:Entity)<-[at:AT]-(event:Event)<-[:CALLED]-(caller:Session)
WHERE node.case_id = $case_id AND node.key STARTS WITH $below
  AND EXISTS { MATCH (event)-[touched:AT]->(:Entity) WHERE touched.role IN ['target', 'source', 'created'] } AND event.time >= $since AND event.time <= $until
WITH DISTINCT node, event, CASE WHEN coalesce(event.given_back, 3) < $level THEN coalesce(event.signed, caller.key) ELSE caller.key END AS session
RETURN node.key AS resource, session, event.action AS action, event.outcome AS outcome,
       event.error_code AS error_code, count(event) AS count, min(event.time) AS first_seen, max(event.time) AS last_seen
ORDER BY resource, first_seen, session, action, error_code
