"""Bulk import of customers from somebody else's file, through a mapping."""
