"""Records as pages of HTML for people: pure functions from records to text, without a network."""
