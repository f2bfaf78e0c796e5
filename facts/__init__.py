"""Facts: rows that are written once, histories that cannot be rewritten unnoticed, and how staff see them."""
