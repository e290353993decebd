// title: Sessions, principals and resources by their keys
// params: uids (list of texts)
UNWIND $uids AS uid
MATCH (node:Entity {uid: uid})
RETURN uid, properties(node) AS said
