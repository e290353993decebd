// title: What is known of a case as a whole
// params: uid (text)
MATCH (held:Entity {uid: $uid})
RETURN held.about AS about, held.roles AS roles, held.fetched AS fetched,
       held.checked AS checked, held.unverified AS unverified
