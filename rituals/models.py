"""Re-exports the models of every capability of this floor, for Django's app registry."""
