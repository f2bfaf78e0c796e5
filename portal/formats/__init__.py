"""How dates are written where Django does it; pages use the filters of ``portal.templatetags.reading``."""
