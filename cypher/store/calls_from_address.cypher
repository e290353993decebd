// title: The calls that came from an address
// params: uid (text: of the address), address (text)
MATCH (:Entity {uid: $uid})<-[:FROM]-(session:Session)-[:CALLED]->(event:Event)
WHERE event.address = $address
WITH DISTINCT event, session
RETURN event.number AS number, session.number AS session, coalesce(session.long_key, session.key) AS key,
       properties(event) AS said
