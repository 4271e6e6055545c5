"""The main job, played before your eyes: five articles told to three services, and what they then answer."""
