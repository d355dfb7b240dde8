"""What the fixtures give: a vhost and a database of one's own."""

from __future__ import annotations

import amqp
import psycopg
import pytest

from scripts.servers.rabbitmq import RabbitMQ
from tests.servers.fixtures import VHOSTS_AT_A_TIME, Vhosts

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_its_vhost_empty(amqp_uri: str, rabbitmq: RabbitMQ, turn: int) -> None:
    assert amqp_uri.startswith(rabbitmq.uri.rpartition("/")[0])
    vhost = amqp_uri.rpartition("/")[2]
    with amqp.Connection(
        f"127.0.0.1:{rabbitmq.port}",
        userid="fairlead",
        password=rabbitmq.secret,
        virtual_host=vhost,
    ) as connection:
        channel = connection.channel()
        with pytest.raises(amqp.NotFound):
            channel.queue_declare("left_behind", passive=True)
        connection.channel().queue_declare("left_behind", auto_delete=False)


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_its_database_empty(database_url: str, turn: int) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE left_behind ()")


def test_the_pool_never_gives_a_vhost_twice(rabbitmq: RabbitMQ) -> None:
    pool = Vhosts(rabbitmq)
    seen = []
    for _ in range(VHOSTS_AT_A_TIME + 1):
        seen.append(pool.take())
        pool.give_back(seen[-1])
    assert len(set(seen)) == len(seen)
