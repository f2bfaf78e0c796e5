"""Our purchases against the provider's books. ``sides``, ``match``, ``requests``, ``pair`` and ``counts`` are pure."""
