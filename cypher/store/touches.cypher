// title: What some calls touched
// params: uids (list of texts)
UNWIND $uids AS uid
MATCH (event:Entity {uid: uid})-[at:AT]->(node:Entity)
RETURN event.number AS number, node.number AS node, coalesce(node.long_key, node.key) AS key, at.role AS role
ORDER BY number, at.place
