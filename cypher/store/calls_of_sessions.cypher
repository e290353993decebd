// title: The calls of some sessions
// params: uids (list of texts)
UNWIND $uids AS uid
MATCH (session:Entity {uid: uid})-[:CALLED]->(event:Event)
WITH DISTINCT event, session
RETURN event.number AS number, session.number AS session, coalesce(session.long_key, session.key) AS key,
       properties(event) AS said
