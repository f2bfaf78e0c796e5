"""Our purchases against the provider's books.

``sides``, ``match``, ``groups``, ``requests``, ``pair`` and ``counts`` are pure.
"""
