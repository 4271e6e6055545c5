"""The event-sourcing core: log, deciders, projections, relay, inbox, gRPC. It knows no service."""
