"""The audit of a batch: agencies over the years, what is missing, what does not add up, what changed abnormally."""
