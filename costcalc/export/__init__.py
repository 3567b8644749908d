"""Networks written down elsewhere, at a binding."""
