// title: A batch of a load is done
// params: uid (text), done (integer)
MATCH (held:Entity {uid: $uid})
SET held.done = CASE WHEN coalesce(held.done, 0) < $done THEN $done ELSE held.done END
