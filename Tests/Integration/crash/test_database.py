"""PostgreSQL dies while webhooks come in."""

from crash.conftest import Stage

from harness.gateway import Token
from harness.load import Load
from harness.process import wait_until
from harness.signing import github


def _status(stage: Stage, token: Token) -> int:
    response = stage.gateway.post(token, github(token.secret, b'{"ref":"refs/heads/main"}', "push"))
    assert response.status_code != 503 or response.headers["Retry-After"].isdigit()
    return response.status_code


def test_killed_and_restarted_under_load(stage: Stage) -> None:
    """Known tokens need no database; unknown ones are 503 meanwhile, never 404, for nobody can know."""
    unseen = [stage.gateway.create_token("github", f"unseen {number}") for number in range(2)]
    with Load(stage.gateway, stage.tokens) as load:
        load.wait_for_accepted(300, timeout=60)
        stage.database.kill()
        load.wait_for_accepted(300, timeout=30)
        assert stage.gateway.alive()
        wait_until(lambda: not stage.gateway.ready(), 30, "readyz to say that the database is away")
        assert _status(stage, unseen[0]) == 503
        stage.database.restart_after_kill()
        wait_until(stage.gateway.ready, 60, "readyz to say that the database is back")
        load.wait_for_accepted(300, timeout=60)
        wait_until(lambda: _status(stage, unseen[0]) == 202, 30, "a token that could not be looked up before")
        assert _status(stage, unseen[1]) == 202
        assert _status(stage, stage.gateway.create_token("github", "made after the restart")) == 202
    load.check_answers()
    assert load.accepted() <= set(stage.in_queue())


def test_killed_again_and_again(stage: Stage) -> None:
    with Load(stage.gateway, stage.tokens, senders=4) as load:
        for _ in range(4):
            load.wait_for_accepted(30, timeout=60)
            stage.database.kill()
            stage.database.restart_after_kill()
    load.check_answers()
    wait_until(stage.gateway.ready, 60, "readyz to say that the database is back")
    assert load.accepted() <= set(stage.in_queue())
