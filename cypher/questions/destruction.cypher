// title: What was deleted, or made unreadable?
// params: case_id (text), since (integer: epoch seconds), until (integer: epoch seconds), level (integer: 1 heuristic, 2 strong, 3 exact)
// columns: resource, session, action, count
MATCH (caller:Session)-[:CALLED]->(event:Event)
WHERE event.case_id = $case_id AND event.time >= $since AND event.time <= $until AND event.outcome = 'ok' AND coalesce(event.read_only, false) = false
  AND (event.action =~ '[^:]*:(Admin|Batch|Force)?(Delete|Remove|Terminate|Deregister|Release|Purge|Destroy|Detach|Disassociate|Revoke|Cancel|Schedule[A-Za-z0-9_]*Deletion).*'
    OR event.action IN ['account:CloseAccount', 'dynamodb:UpdateContinuousBackups', 'dynamodb:UpdateTimeToLive',
                        'ecr:PutLifecyclePolicy', 'kms:DisableKey', 'kms:ImportKeyMaterial',
                        'logs:PutRetentionPolicy', 'organizations:CloseAccount', 's3:PutBucketEncryption',
                        's3:PutBucketLifecycle', 's3:PutBucketLifecycleConfiguration', 's3:PutBucketVersioning'])
MATCH (event)-[at:AT]->(node:Entity)
WHERE at.role = 'target'
WITH DISTINCT node, event, CASE WHEN coalesce(event.given_back, 3) < $level THEN coalesce(event.signed, caller.key) ELSE caller.key END AS session
RETURN node.key AS resource, session, event.action AS action, count(event) AS count
ORDER BY resource, session, action
