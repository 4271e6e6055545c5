"""A small service for the kernel's own tests."""
