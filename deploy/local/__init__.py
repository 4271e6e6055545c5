"""The real servers, PostgreSQL and Apache Kafka, started by the project in its own folder. Standard library only."""
