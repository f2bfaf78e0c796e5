"""Pages of envelopes: the sender's and the signer's."""
