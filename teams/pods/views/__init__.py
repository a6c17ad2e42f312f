"""Pages of a pod about itself."""
