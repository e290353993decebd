// title: Which of these sessions can still be used?
// params: case_id (text), held (list of maps: session, at: what is held and since when, as rounds of blast-radius give it), at (integer: epoch seconds)
// columns: session, expires
UNWIND $held AS row
MATCH (session:Session {key: row.session, case_id: $case_id})
WHERE row.at <= $at AND (session.expires IS NULL OR session.expires >= $at)
  AND NOT session.kind IN ['service', 'anonymous']
RETURN session.key AS session, session.expires AS expires
ORDER BY session
