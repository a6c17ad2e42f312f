"""The pages of a working agreement and of the votes on it."""
