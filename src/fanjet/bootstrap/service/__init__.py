"""The processes of a service: schedulers, the folder processor, the server, and the supervisor of them all."""
