"""The pages of policies: the form of a draft, what a version says, trying it, and back-tests."""
