"""The provider's HTTP interface: three hosts on one origin."""
