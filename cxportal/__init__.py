"""cxportal: a portal for customer service run by small pods."""

__version__ = "0.1.0"
