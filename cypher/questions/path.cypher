// title: How may control have travelled from one to the other?
// params: case_id (text), start (text: key), end (text: key), level (integer: 1 heuristic, 2 strong, 3 exact)
// columns: hops, at
// At most 6 hops: for people. graphtrail itself asks hop by hop, to any depth.
MATCH path = (first:Session {key: $start, case_id: $case_id})-[:
         ASSUMED|ISSUED|HOSTS|SAME_SIGN_IN|VIA|OPENED_WAY|ON_BEHALF_OF|CONTROLS|EXECUTED_ON*1..6
      ]->(last:Session {key: $end, case_id: $case_id})
WHERE all(edge IN relationships(path) WHERE edge.level >= $level)
  AND all(place IN range(1, length(path) - 1) WHERE coalesce(nodes(path)[place].kind, '') <> 'service')
  AND all(i IN range(0, length(path) - 1) WHERE relationships(path)[i].until >= coalesce(first.created, first.first_seen)
        AND all(j IN range(0, i - 1) WHERE relationships(path)[j].since <= relationships(path)[i].until))
RETURN length(path) AS hops,
       reduce(held = coalesce(first.created, first.first_seen), edge IN relationships(path) |
              CASE WHEN edge.since > held THEN edge.since ELSE held END) AS at
ORDER BY hops, at
LIMIT 1
