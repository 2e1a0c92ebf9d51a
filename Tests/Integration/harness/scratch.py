"""A temporary folder that servers running as another user can reach."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def _reachable_by_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents])


@contextmanager
def scratch_directory(prefix: str) -> Iterator[Path]:
    """Made under TMPDIR if every user can reach it (PostgreSQL's server won't run as root), else under /tmp or /var/tmp."""
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]
    parent = next((folder for folder in candidates if folder.is_dir() and _reachable_by_all(folder)), candidates[0])
    directory = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    directory.chmod(0o711)
    try:
        yield directory
    finally:
        if os.environ.get("W2F_KEEP_SCRATCH"):
            print(f"kept: {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)
