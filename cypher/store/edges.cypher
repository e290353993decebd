// title: All control edges of one type
// params: case_id (text)
// TYPE stands for the type, one of those in docs/schema.md: the store writes it there, nothing else.
MATCH (source:Entity)-[edge:TYPE]->(target:Entity)
WHERE edge.case_id = $case_id
RETURN coalesce(source.long_key, source.key) AS source, coalesce(target.long_key, target.key) AS target,
       type(edge) AS type, properties(edge) AS said
ORDER BY said.number
