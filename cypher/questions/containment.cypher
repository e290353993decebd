// title: Which keys must be disabled, and of which principals the sessions revoked?
// params: case_id (text), held (list of maps: session, at: what is held and since when, as rounds of blast-radius give it), at (integer: epoch seconds)
// columns: step, target, cut_off, sessions
// What else was changed and is to be undone: policies, shared-out, blinded, secrets.
UNWIND $held AS row
MATCH (session:Session {key: row.session, case_id: $case_id})
WHERE row.at <= $at AND (session.expires IS NULL OR session.expires > $at)
  AND NOT session.kind IN ['service', 'anonymous']
WITH session, session.key STARTS WITH 'key:' AND NOT session.key STARTS WITH 'key:ASIA'
              AND NOT session.key STARTS WITH 'key:ABIA' AS lasting
WITH CASE WHEN lasting THEN 'disable key' ELSE 'revoke sessions' END AS step,
     CASE WHEN lasting THEN session.key ELSE coalesce(session.principal, session.key) END AS target,
     session.key AS key, coalesce(session.created, session.first_seen, 0) AS issued
WITH step, target, max(issued) AS last_issued, collect(DISTINCT key) AS sessions
RETURN step, target, CASE WHEN step = 'revoke sessions' THEN last_issued END AS cut_off, sessions
ORDER BY step, target
