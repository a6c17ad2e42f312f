"""The administrators' pages of this floor: regions, segments, reasons, ownership rules, and their lists as files."""
