// title: The control edges from some nodes
// params: uids (list of texts)
UNWIND $uids AS uid
MATCH (source:Entity {uid: uid})-[edge:
         ASSUMED|ISSUED|SIGNED_IN|HOSTS|SAME_SIGN_IN|VIA|OPENED_WAY|OPENED|ON_BEHALF_OF|REFRESH_OF|
         CONTROLS|EXECUTED_ON|CREATED|SET_PASSWORD|CHANGED_MFA|ISSUED_OTHER|CHANGED_PERMISSIONS|
         CHANGED_TRUST|CHANGED_POLICY|CHANGED_ORG|CHANGED_COMPUTE_ROLE|PASSED_ROLE|POLICY_ALLOWS|SHARED_WITH|
         UNSHARED_WITH|UNDID|KMS_GRANT|READ_SECRET|DERIVED|ALIAS_OF|DELEGATED_TO|BLINDED|PART_OF
      ]->(target:Entity)
RETURN coalesce(source.long_key, source.key) AS source, coalesce(target.long_key, target.key) AS target,
       type(edge) AS type, properties(edge) AS said
ORDER BY said.number
