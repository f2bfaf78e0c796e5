"""Staff's pages about invoices: what they rest on, drafts, what was issued. Each module registers its own."""

from . import drafts, issued, rules

__all__ = ["drafts", "issued", "rules"]
