"""Calls between two processes: ours, py-amqp's alone, and stock nameko's."""
