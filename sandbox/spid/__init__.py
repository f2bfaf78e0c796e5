"""Personal SPID, played: vouchers for sale, and the identity provider's page where they are used."""
