"""Fedora's archive, datanommer, on a real PostgreSQL, and the environment that it runs in.

Debian has no TimescaleDB: the tables are made from datanommer's own models, without the hook that turns the table of
messages into a hypertable. Columns, indexes and constraints are those of Fedora's.
"""

import os
import subprocess
from datetime import datetime
from pathlib import Path

import psycopg

from .consumer import Consumer
from .corpus import REPOSITORY
from .rabbitmq import RabbitMQ

ENVIRONMENT = REPOSITORY / ".build-venv" / "archive"

_MAKE_TABLES = """
import sys
import datanommer.models as models
from sqlalchemy import create_engine
models.Message.__table__.dispatch.after_create.clear()
models.DeclarativeBase.metadata.create_all(create_engine(sys.argv[1]))
"""


def program(name: str) -> Path:
    """A program of the environment, which has neither the tests' packages nor the schemas of this repository."""
    path = ENVIRONMENT / "bin" / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: Tests/run --wire makes it")
    return path


class Archive(Consumer):
    """`fedora-messaging consume` with datanommer's callback. What stops it stops the archive of everything."""

    def __init__(self, broker: RabbitMQ, directory: Path, name: str, topic_prefix: str, url: str) -> None:
        self._url = url
        subprocess.run(
            [str(program("python")), "-c", _MAKE_TABLES, self._of_sqlalchemy], check=True, timeout=120,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        super().__init__(
            broker, directory, name, topic_prefix, program=program("fedora-messaging"),
            callback=("--callback", "datanommer.consumer:Nommer"),
            settings=f'[consumer_config]\ndatanommer_sqlalchemy_url = "{self._of_sqlalchemy}"\n',
        )

    @property
    def _of_sqlalchemy(self) -> str:
        return self._url.replace("postgresql://", "postgresql+psycopg2://", 1)

    def identifiers(self) -> list[str]:
        """The ids of all rows."""
        with psycopg.connect(self._url) as connection:
            return [row[0] for row in connection.execute("SELECT msg_id FROM messages")]

    def rows(self, identifier: str) -> list[tuple[datetime, str | None]]:
        """Time and agent of the rows with an id, the oldest first."""
        with psycopg.connect(self._url) as connection:
            return connection.execute(
                "SELECT timestamp, agent_name FROM messages WHERE msg_id = %s ORDER BY timestamp", (identifier,)
            ).fetchall()

    def users(self) -> set[str]:
        """The names that messages can be found by."""
        with psycopg.connect(self._url) as connection:
            return {row[0] for row in connection.execute("SELECT name FROM users")}
