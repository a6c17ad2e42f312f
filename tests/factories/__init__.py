"""Plain functions that create rows for tests: one module per floor's room."""
