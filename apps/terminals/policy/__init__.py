"""Pure rules: what an enrolment code, a key, a signed assertion and a due rotation are."""
