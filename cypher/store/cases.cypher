// title: The cases that a server holds
// params: none
MATCH (held:Case)
RETURN held.case_id AS case_id, held.digest AS digest, held.version AS version, held.load AS load,
       held.loading AS loading, held.done AS done, held.calls AS calls, held.origin AS origin,
       held.nodes AS nodes, held.relationships AS relationships
ORDER BY case_id
