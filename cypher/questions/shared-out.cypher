// title: What was shared out, to whom? (resource is who was let in, detail what is shared)
// params: case_id (text), since (integer: epoch seconds), until (integer: epoch seconds)
// columns: time, event_ids, session, resource, relation, detail
MATCH (session:Session)-[edge:SHARED_WITH|UNSHARED_WITH|KMS_GRANT]->(target:Entity)
WHERE edge.case_id = $case_id AND edge.at >= $since AND edge.at <= $until
RETURN edge.at AS time, coalesce(edge.event_ids, []) AS event_ids, session.key AS session, target.key AS resource,
       type(edge) AS relation, edge.detail AS detail
ORDER BY time, event_ids, resource, detail
