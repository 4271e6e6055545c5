"""A sample subscriber of a public topic, in a process of its own; of thidua it uses only how Kafka is reached."""
