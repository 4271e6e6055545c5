"""The main job on real servers, and the data that it is told from."""
