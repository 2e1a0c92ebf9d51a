"""Starts PostgreSQL and RabbitMQ, writes where they are, and ends them when told to (or when its parent dies).

    python -m harness.servers ENVIRONMENT-FILE

The file appears when both are ready: lines of `export NAME='value'` for a shell to read.
"""

import shlex
import signal
import sys
from pathlib import Path

from .postgresql import PostgreSQL
from .process import die_with_parent
from .rabbitmq import RabbitMQ
from .scratch import scratch_directory


def _write_environment(path: Path, variables: dict[str, str]) -> None:
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()))
    draft.rename(path)


def _leave(number: int, frame: object) -> None:
    raise SystemExit(0)


def main() -> None:
    die_with_parent(signal.SIGTERM)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _leave)
    with scratch_directory("w2f-servers-") as directory:
        started: list[PostgreSQL | RabbitMQ] = []
        try:
            broker = RabbitMQ(directory)
            database = PostgreSQL(directory)
            for server in (broker, database):
                started.append(server)
                server.start()
            for server in (database, broker):
                server.wait_ready()
            _write_environment(
                Path(sys.argv[1]),
                {
                    "W2F_TEST_POSTGRES_URL": database.create_database("w2f_test"),
                    "W2F_TEST_AMQP_URL": broker.url(broker.consumer),
                },
            )
            while True:
                signal.pause()
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            for server in started:
                server.stop()


if __name__ == "__main__":
    main()
