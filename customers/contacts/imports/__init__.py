"""Bulk import of contacts from somebody else's file, through a mapping."""
