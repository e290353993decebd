// title: The calls of which some events are the copies in another account
// params: uids (list of texts)
UNWIND $uids AS uid
MATCH (:Entity {uid: uid})-[:COPY_OF]->(event:Event)<-[:CALLED]-(session:Session)
WITH DISTINCT event, session
RETURN event.number AS number, session.number AS session, coalesce(session.long_key, session.key) AS key,
       properties(event) AS said
