"""What the law says about time and numbers, and who may do what: pure, no I/O.

- `calendar`: working days; `official` reads the State Council's holiday notices
- `rules`, `shelf`: the deadline catalogue and its regional overrides
- `clockstate`, `deadlines`: a running statutory clock, and when it is due
- `numbering`: document, registration and case numbers
- `roles`: roles, and which may not meet in one person
"""
