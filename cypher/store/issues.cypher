// title: The credentials that some calls handed out
// params: uids (list of texts)
UNWIND $uids AS uid
MATCH (event:Entity {uid: uid})-[:HANDED_OUT]->(credential:Credential)
OPTIONAL MATCH (credential)-[:OPENS]->(session:Session)
RETURN event.number AS number, session.number AS session, coalesce(session.long_key, session.key) AS key,
       properties(credential) AS said
ORDER BY number, said.place
