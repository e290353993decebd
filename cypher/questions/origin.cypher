// title: Where does this session come from?
// params: case_id (text), sessions (list of texts: keys)
// columns: session, origin_status, origin, candidates
// At the default level of confidence; candidates are those of the session itself. The chain: cypher/store/into.cypher, in rounds.
MATCH (session:Session)
WHERE session.case_id = $case_id AND session.key IN $sessions
RETURN session.key AS session, session.origin_status AS origin_status, session.origin AS origin,
       coalesce(session.candidates, []) AS candidates
ORDER BY session
