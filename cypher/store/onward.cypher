// title: One hop onward in time from nodes that are held: a closure is asked by rounds of this
// params: rows (list of maps: uid, at), level (integer: 1 heuristic, 2 strong, 3 exact), until (integer)
// Whoever holds a node at row.at may cross an edge if row.at <= edge.until, and holds its end from edge.since on.
UNWIND $rows AS row
MATCH (source:Entity {uid: row.uid})-[edge:
         ASSUMED|ISSUED|HOSTS|SAME_SIGN_IN|VIA|OPENED_WAY|ON_BEHALF_OF|CONTROLS|EXECUTED_ON|
         CREATED|SET_PASSWORD|CHANGED_MFA|ISSUED_OTHER|CHANGED_PERMISSIONS|CHANGED_TRUST|CHANGED_POLICY|CHANGED_ORG|CHANGED_COMPUTE_ROLE|PASSED_ROLE|SHARED_WITH|KMS_GRANT|READ_SECRET|BLINDED
      ]->(target:Entity)
WHERE edge.until >= row.at AND edge.level >= $level AND edge.at <= $until AND edge.since <= $until
RETURN coalesce(source.long_key, source.key) AS source, coalesce(target.long_key, target.key) AS target,
       type(edge) AS type, properties(edge) AS said
ORDER BY said.number
