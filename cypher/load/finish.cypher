// title: A load is complete
// params: uid (text), load (text), said (map: digest, calls, nodes, relationships, about)
MATCH (held:Entity {uid: $uid})
SET held += $said
SET held.load = $load
REMOVE held.loading, held.done
