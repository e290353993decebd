"""The set of facts becomes principals, sessions, actions, resources and the links between them."""
