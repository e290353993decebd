// title: Which trust, resource and permission policies were changed, by whom?
// params: case_id (text), since (integer: epoch seconds), until (integer: epoch seconds)
// columns: time, event_ids, session, resource, relation, detail
MATCH (session:Session)-[edge:CHANGED_TRUST|CHANGED_POLICY|CHANGED_PERMISSIONS]->(target:Entity)
WHERE edge.case_id = $case_id AND edge.at >= $since AND edge.at <= $until
RETURN edge.at AS time, coalesce(edge.event_ids, []) AS event_ids, session.key AS session, target.key AS resource,
       type(edge) AS relation, edge.detail AS detail
ORDER BY time, event_ids, resource, detail
