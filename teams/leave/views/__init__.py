"""Pages of leave: the planner of a year, peaks that are shared out, one's own accounts, what administrators keep."""
