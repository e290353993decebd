// title: Which secrets and parameters were read, and what was decrypted?
// params: case_id (text), held (list of maps: session, at: what is held and since when, as rounds of blast-radius give it), since (integer: epoch seconds), until (integer: epoch seconds), level (integer: 1 heuristic, 2 strong, 3 exact)
// columns: resource, session, action, count, first_seen, last_seen
UNWIND $held AS row
MATCH (caller:Session {key: row.session, case_id: $case_id})-[:CALLED]->(event:Event)
WHERE event.time >= row.at AND event.time >= $since AND event.time <= $until AND event.outcome = 'ok'
  AND event.action IN ['ec2:GetPasswordData', 'kms:Decrypt', 'secretsmanager:BatchGetSecretValue',
                       'secretsmanager:GetSecretValue', 'ssm:GetParameter', 'ssm:GetParameterHistory',
                       'ssm:GetParameters', 'ssm:GetParametersByPath']
MATCH (event)-[at:AT]->(node:Entity)
WHERE at.role = 'target'
WITH DISTINCT node, event, CASE WHEN coalesce(event.given_back, 3) < $level THEN coalesce(event.signed, caller.key) ELSE caller.key END AS session
RETURN node.key AS resource, session, event.action AS action, count(event) AS count, min(event.time) AS first_seen,
       max(event.time) AS last_seen
ORDER BY resource, first_seen, session, action
