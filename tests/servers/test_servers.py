"""The private servers: they come up, crash, come back with their data, and leave nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import amqp
import psycopg
import pytest

from scripts.servers.postgresql import PostgreSQL
from scripts.servers.rabbitmq import RabbitMQ
from scripts.servers.server import ServerError
from tests.servers.processes import eventually, processes_of

pytestmark = pytest.mark.servers

# Starts the server named, says where, and lives until it is killed.
OWNER = """
import signal, sys
from scripts.servers.postgresql import PostgreSQL
from scripts.servers.rabbitmq import RabbitMQ
server = {"rabbitmq": RabbitMQ, "postgresql": PostgreSQL}[sys.argv[1]]()
server.start()
print(server.folder, flush=True)
signal.pause()
"""
# What the chaos run does to servers, in a process that eventlet has patched.
PATCHED = """
import eventlet
eventlet.monkey_patch()
from scripts.servers.postgresql import PostgreSQL
with PostgreSQL(durable=False) as server:
    url = server.create_database("green")
    server.kill()
    server.start()
    assert server.ensure_database(url.rpartition("/")[2]) == url
    server.restart()
print("done")
"""


@pytest.fixture(scope="module")
def broker() -> Iterator[RabbitMQ]:
    """A broker that tests may kill; they leave it running."""
    with RabbitMQ() as server:
        yield server


@pytest.fixture
def database() -> Iterator[PostgreSQL]:
    """A database server that a test may kill, with fsync on."""
    with PostgreSQL() as server:
        yield server


def _connect(uri: str) -> amqp.Connection:
    credentials, _, address = uri.removeprefix("amqp://").partition("@")
    user, _, password = credentials.partition(":")
    host, _, vhost = address.partition("/")
    connection = amqp.Connection(host, userid=user, password=password, virtual_host=vhost)
    connection.connect()
    return connection


def _is_on_disk(broker: RabbitMQ, queue: str) -> bool:
    """RabbitMQ 3.10 writes a new quorum queue's name to disk up to a second after it confirmed the
    declaration, and messages; killed before, it keeps a queue that no longer answers."""
    files = broker.folder.glob("data/*/quorum/*/names.dets")
    return any(f"_{queue}".encode() in path.read_bytes() for path in files)


def test_a_killed_broker_comes_back_with_its_messages(broker: RabbitMQ) -> None:
    uri = broker.create_vhost()
    connection = _connect(uri)
    channel = connection.channel()
    channel.confirm_select()
    channel.queue_declare(
        "kept", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"}
    )
    message = amqp.Message(b"still here", delivery_mode=2)
    channel.basic_publish_confirm(message, routing_key="kept")
    assert eventually(lambda: _is_on_disk(broker, "kept"))

    broker.kill()
    assert not broker.running
    assert processes_of(broker.folder) == set()
    connection.collect()

    broker.start()
    with _connect(uri) as again:
        assert again.channel().basic_get("kept", no_ack=True).body == b"still here"


def test_a_stopped_broker_leaves_no_process_and_starts_on_the_same_port(broker: RabbitMQ) -> None:
    uri = broker.uri
    broker.stop()
    assert processes_of(broker.folder) == set()  # its epmd, a daemon, included
    broker.start()
    assert broker.uri == uri
    with _connect(uri) as connection:
        assert connection.connected


def test_vhosts_are_apart_and_can_be_deleted(broker: RabbitMQ) -> None:
    first, second = broker.renew_vhosts(2, gone=())
    with _connect(first) as connection:
        connection.channel().queue_declare("mine")
    with _connect(second) as connection, pytest.raises(amqp.NotFound):
        connection.channel().queue_declare("mine", passive=True)

    assert broker.renew_vhosts(0, gone=(first,)) == []
    # py-amqp's word for what the broker says to an unknown vhost depends on the timing.
    with pytest.raises((amqp.AMQPError, OSError)):
        _connect(first)
    with _connect(second) as connection:
        assert connection.connected


def test_an_object_on_a_running_brokers_folder_can_ask_it(broker: RabbitMQ) -> None:
    other = RabbitMQ(broker.folder)
    assert other.uri == broker.uri
    with _connect(other.create_vhost()) as connection:
        assert connection.connected
    other.stop()  # not its owner
    assert broker.running


def test_the_broker_listens_on_loopback_alone(broker: RabbitMQ) -> None:
    listening = _listening_addresses(set(broker.ports.values()))
    assert set(listening) == set(broker.ports.values())
    assert set().union(*listening.values()) <= {"127.0.0.1", "::1"}


def test_a_killed_database_comes_back_with_what_was_committed(database: PostgreSQL) -> None:
    url = database.create_database("ledger")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE entry (word text)")
        connection.execute("INSERT INTO entry VALUES ('committed')")
    open_transaction = psycopg.connect(url)
    open_transaction.execute("INSERT INTO entry VALUES ('not committed')")

    database.kill()
    assert not database.running
    assert processes_of(database.folder) == set()
    open_transaction.close()

    database.start()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT word FROM entry").fetchall() == [("committed",)]


def test_a_stop_does_not_wait_for_clients(database: PostgreSQL) -> None:
    with psycopg.connect(database.superuser_url) as idle:
        database.stop()
        assert processes_of(database.folder) == set()
        with pytest.raises(psycopg.OperationalError):
            idle.execute("SELECT 1")
        idle.close()


def test_each_database_belongs_to_a_role_that_can_do_nothing_else(postgresql: PostgreSQL) -> None:
    mine, other = postgresql.create_database("inbox"), postgresql.create_database("inbox")
    assert mine != other
    with psycopg.connect(mine) as connection:
        rights = connection.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()
        assert rights == (False, False, False, False)
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) = current_user FROM pg_database"
            " WHERE datname = current_database()"
        ).fetchone()
        assert owner == (True,)
    trespass = mine.rpartition("/")[0] + "/" + other.rpartition("/")[2]
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(trespass)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(mine.replace("@", "x@"))


def test_row_level_security_binds_the_owner_of_the_tables(postgresql: PostgreSQL) -> None:
    with psycopg.connect(postgresql.create_database("scoped")) as connection:
        connection.execute("CREATE TABLE note (organisation int)")
        connection.execute("INSERT INTO note VALUES (1), (2)")
        connection.execute("ALTER TABLE note ENABLE ROW LEVEL SECURITY")
        connection.execute("ALTER TABLE note FORCE ROW LEVEL SECURITY")
        connection.execute("CREATE POLICY own ON note USING (organisation = 1)")
        assert connection.execute("SELECT organisation FROM note").fetchall() == [(1,)]


def test_a_named_database_is_made_once_and_keeps_its_url(postgresql: PostgreSQL) -> None:
    url = postgresql.ensure_database("kept")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept ()")
    assert PostgreSQL(postgresql.folder).ensure_database("kept") == url
    with psycopg.connect(url) as connection:
        connection.execute("SELECT FROM kept")


@pytest.mark.parametrize("name", ["", "Inbox", "a b", 'a"; DROP ROLE postgres; --', "x" * 60])
def test_a_name_that_is_none_is_refused(postgresql: PostgreSQL, name: str) -> None:
    with pytest.raises(ServerError, match="no name"):
        postgresql.ensure_database(name)


def test_a_dropped_database_is_gone_with_its_role(postgresql: PostgreSQL) -> None:
    url = postgresql.create_database("brief")
    with psycopg.connect(url) as connected:
        postgresql.drop_database(url)
        with pytest.raises(psycopg.OperationalError):
            connected.execute("SELECT 1")
        connected.close()
    with psycopg.connect(postgresql.superuser_url) as connection:
        roles = connection.execute("SELECT 1 FROM pg_roles WHERE rolname LIKE 'brief%'")
        assert roles.fetchall() == []


def test_a_server_that_does_not_start_says_why(database: PostgreSQL) -> None:
    database.stop()
    (database.folder / "data" / "PG_VERSION").write_text("7\n", encoding="ascii")
    with pytest.raises(ServerError, match="incompatible with server"):
        database.start()
    assert processes_of(database.folder) == set()


def test_a_taken_port_is_named(database: PostgreSQL) -> None:
    database.stop()
    taken = f"port {database.port} is taken"
    with (
        socket.create_server(("127.0.0.1", database.port)),
        pytest.raises(ServerError, match=taken),
    ):
        database.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as another user")
def test_a_folder_that_the_servers_user_cannot_reach_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(ServerError, match=f"cannot enter {tmp_path}"):
        PostgreSQL(tmp_path / "database")


def test_a_temporary_folder_goes_with_the_server() -> None:
    with PostgreSQL(durable=False) as server:
        folder = server.folder
        assert folder.exists()
    assert not folder.exists()


@pytest.mark.parametrize("kind", ["rabbitmq", "postgresql"])
def test_nothing_is_left_when_the_owner_is_killed(kind: str) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, kind], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        folder = Path(os.fsdecode(owner.stdout.readline().strip()))
        assert processes_of(folder)
        owner.send_signal(signal.SIGKILL)
    assert eventually(lambda: not processes_of(folder) and not folder.exists())


def test_servers_obey_a_process_patched_by_eventlet() -> None:
    command = [sys.executable, "-W", "ignore", "-c", PATCHED]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert done.stdout == "done\n", done.stderr


def _listening_addresses(ports: set[int]) -> dict[int, set[str]]:
    """The addresses that each of these ports is listened on."""
    bound: dict[int, set[str]] = {}
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        lines = Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]
        for fields in map(str.split, lines):
            address, _, port = fields[1].partition(":")
            if fields[3] == "0A" and int(port, 16) in ports:
                # 32-bit words, each in the byte order of the machine.
                words = [int(address[at : at + 8], 16) for at in range(0, len(address), 8)]
                raw = b"".join(word.to_bytes(4, sys.byteorder) for word in words)
                bound.setdefault(int(port, 16), set()).add(socket.inet_ntop(family, raw))
    return bound
