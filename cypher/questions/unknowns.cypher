// title: Of which sessions do the logs not show where they come from?
// params: case_id (text)
// columns: session, origin_status, candidates, calls
// At the default level of confidence.
MATCH (session:Session)
WHERE session.case_id = $case_id AND session.calls > 0 AND NOT session.origin_status IN ['linked', 'service']
RETURN session.key AS session, session.origin_status AS origin_status, coalesce(session.candidates, []) AS candidates,
       session.calls AS calls
ORDER BY session
