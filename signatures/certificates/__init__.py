"""Qualified signatures: their orders from the first typed letter to the certificate, and its renewals."""
