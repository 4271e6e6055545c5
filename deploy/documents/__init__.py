"""What docs/ says that the code knows."""
