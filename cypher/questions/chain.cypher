// title: Which chains of sessions lead on from this?
// params: case_id (text), sessions (list of texts: keys), level (integer: 1 heuristic, 2 strong, 3 exact)
// columns: session, last, depth
// At most 10 hops: for people. graphtrail itself asks hop by hop, to any depth.
MATCH path = (session:Session)-[:ASSUMED|ISSUED|VIA*0..10]->(last:Session)
WHERE session.case_id = $case_id AND session.key IN $sessions
  AND all(edge IN relationships(path) WHERE edge.level >= $level)
  AND all(place IN range(0, length(path) - 1) WHERE nodes(path)[place].kind <> 'service')
  AND (last.kind = 'service' OR NOT EXISTS {
        MATCH (last)-[more:ASSUMED|ISSUED|VIA]->(:Session) WHERE more.level >= $level })
RETURN DISTINCT session.key AS session, last.key AS last, length(path) AS depth
ORDER BY depth DESC, session, last
