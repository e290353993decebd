// title: Which users, keys, roles and policies were made, by whom?
// params: case_id (text), since (integer: epoch seconds), until (integer: epoch seconds)
// columns: time, event_id, session, resource, made
MATCH (session:Session)-[edge:CREATED|SET_PASSWORD|ISSUED_OTHER|ISSUED]->(target:Entity)
WHERE edge.case_id = $case_id AND edge.at >= $since AND edge.at <= $until
  AND (type(edge) <> 'ISSUED' OR edge.detail = 'iam:CreateAccessKey')
RETURN edge.at AS time, edge.event_ids[0] AS event_id, session.key AS session, target.key AS resource,
       CASE WHEN target.origin_status IS NULL THEN coalesce(edge.detail, '') ELSE 'access key' END AS made
ORDER BY time, event_id, resource
