// title: The calls with some event ids
// params: uids (list of texts)
UNWIND $uids AS uid
MATCH (event:Entity {uid: uid})<-[:CALLED]-(session:Session)
WITH DISTINCT event, session
RETURN event.number AS number, session.number AS session, coalesce(session.long_key, session.key) AS key,
       properties(event) AS said
