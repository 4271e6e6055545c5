"""A sample subscriber of a public topic, in a process of its own and without a line of thidua: only a Kafka client."""
