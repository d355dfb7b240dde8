"""Ports that are free, and stay out of the way of outgoing connections."""

from __future__ import annotations

import socket

from scripts.servers.ports import free_ports, is_free


def test_free_ports_are_different_free_and_below_the_ephemeral_range() -> None:
    ports = free_ports(5)
    assert len(set(ports)) == 5
    assert all(port < 32768 and is_free(port) for port in ports)


def test_a_port_that_is_listened_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not is_free(server.getsockname()[1])
