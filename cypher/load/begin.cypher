// title: A load of a case begins, or goes on
// params: uid (text), case_id (text), load (text), origin (text), version (integer)
// Returns how many batches of this load are done already, and which state the case was in before.
MERGE (held:Entity {uid: $uid})
SET held:Case
SET held.done = CASE WHEN held.loading = $load THEN coalesce(held.done, 0) ELSE 0 END
SET held.key = 'case', held.case_id = $case_id, held.name = $case_id, held.loading = $load,
    held.origin = $origin, held.version = $version
RETURN held.done AS done, held.load AS before
