"""Pages of orders of qualified signatures."""
