"""Pages of the week: one file a page, its acts beside it."""
