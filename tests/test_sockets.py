"""Tests talk to this machine only."""

import socket

import pytest


def test_a_test_that_tries_to_leave_the_machine_is_stopped():
    with socket.socket() as outward:
        outward.settimeout(1)
        with pytest.raises(UserWarning, match=r'host "192\.0\.2\.1"'):
            outward.connect(("192.0.2.1", 443))


def test_this_machine_can_be_reached():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()
