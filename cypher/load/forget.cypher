// title: A case itself is taken away, once nothing of it is left
// params: uid (text)
MATCH (held:Entity {uid: $uid})
DETACH DELETE held
RETURN count(*) AS gone
