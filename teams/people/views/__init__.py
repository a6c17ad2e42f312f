"""Pages of people: their own account, and what administrators keep of them."""
