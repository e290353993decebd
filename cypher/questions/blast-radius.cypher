// title: What does whoever holds these reach with one hop, forwards in time?
// params: case_id (text), rows (list of maps: key, at), level (integer: 1 heuristic, 2 strong, 3 exact), until (integer: epoch seconds)
// columns: source, key, kind, relation, at, onward
// One round of a closure: rows of the next round are the keys with onward = true that never were so, or not as early; it
// ends when there are none. What was reached without onward is not held: it counts as new when it comes with onward.
UNWIND $rows AS row
MATCH (source:Entity {key: row.key, case_id: $case_id})-[edge:
         ASSUMED|ISSUED|HOSTS|SAME_SIGN_IN|VIA|OPENED_WAY|ON_BEHALF_OF|CONTROLS|EXECUTED_ON|
         CREATED|SET_PASSWORD|CHANGED_MFA|ISSUED_OTHER|CHANGED_PERMISSIONS|CHANGED_TRUST|CHANGED_POLICY|CHANGED_ORG|
         CHANGED_COMPUTE_ROLE|PASSED_ROLE|SHARED_WITH|KMS_GRANT|READ_SECRET|BLINDED
      ]->(target:Entity)
WHERE edge.until >= row.at AND edge.level >= $level AND edge.at <= $until AND edge.since <= $until
RETURN source.key AS source, target.key AS key, target.kind AS kind, type(edge) AS relation,
       CASE WHEN edge.since > row.at THEN edge.since ELSE row.at END AS at,
       type(edge) IN ['ASSUMED', 'ISSUED', 'HOSTS', 'SAME_SIGN_IN', 'VIA', 'OPENED_WAY', 'ON_BEHALF_OF', 'CONTROLS',
                      'EXECUTED_ON'] AND coalesce(target.kind, '') <> 'service' AS onward
ORDER BY at, key, relation, source
