"""The claims of the product as commands that measure them."""
