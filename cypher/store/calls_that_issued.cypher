// title: The calls that handed out credentials
// params: case_id (text)
MATCH (credential:Credential)<-[:HANDED_OUT]-(event:Event)<-[:CALLED]-(session:Session)
WHERE credential.case_id = $case_id
WITH DISTINCT event, session
RETURN event.number AS number, session.number AS session, coalesce(session.long_key, session.key) AS key,
       properties(event) AS said
