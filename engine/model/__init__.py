"""Values and state machines of the office: instances, tasks, people, evidence. Pure."""
