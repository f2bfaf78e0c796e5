"""The provider, played over HTTP: tokens, simple signatures of both generations, wallet, callbacks, mail sink.

A Django project of its own in one process with its own database. It imports nothing of the portal, and
nothing of the portal imports it; both read the provider's contract.
"""
