// title: What did these create, change and delete?
// params: case_id (text), held (list of maps: session, at: what is held and since when, as rounds of blast-radius give it), since (integer: epoch seconds), until (integer: epoch seconds), level (integer: 1 heuristic, 2 strong, 3 exact)
// columns: resource, session, action, count
UNWIND $held AS row
MATCH (caller:Session {key: row.session, case_id: $case_id})-[:CALLED]->(event:Event)
WHERE event.time >= row.at AND event.time >= $since AND event.time <= $until AND event.outcome = 'ok' AND coalesce(event.read_only, false) = false
  AND (event.access_class IN ['write', 'permissions', 'tagging'] OR event.action = 'iam:CreateAccessKey')
MATCH (event)-[at:AT]->(node:Entity)
WHERE at.role IN ['target', 'created']
WITH DISTINCT node, event, CASE WHEN coalesce(event.given_back, 3) < $level THEN coalesce(event.signed, caller.key) ELSE caller.key END AS session
RETURN node.key AS resource, session, event.action AS action, count(event) AS count
ORDER BY resource, session, action
