"""Pages of SPID: whoever orders, and the person whose identity it is."""
