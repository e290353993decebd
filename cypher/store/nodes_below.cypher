// title: Nodes whose keys begin with a text
// params: prefix (text: the uid up to there)
MATCH (node:Entity)
WHERE node.uid STARTS WITH $prefix AND node.number IS NOT NULL
RETURN properties(node) AS said
ORDER BY said.number
