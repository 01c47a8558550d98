"""The whole house killed again and again: what a device was promised is there, once."""
