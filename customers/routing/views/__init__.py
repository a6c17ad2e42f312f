"""Pages of the queue, of one contact, and of agreements between pods."""
