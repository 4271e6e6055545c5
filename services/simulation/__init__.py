"""A national set of blocs for trying out and measuring: drawn from a seed, true of nobody, and told as such."""
