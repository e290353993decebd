// title: The calls that touch some resources
// params: uids (list of texts), roles (list of texts; null for any)
UNWIND $uids AS uid
MATCH (node:Entity {uid: uid})<-[at:AT]-(event:Event)<-[:CALLED]-(session:Session)
WHERE $roles IS NULL OR at.role IN $roles
WITH DISTINCT event, session
RETURN event.number AS number, session.number AS session, coalesce(session.long_key, session.key) AS key,
       properties(event) AS said
