"""Forgejo, where the published class raises on the payload: https://forgejo.org/docs/latest/user/webhooks/"""

from typing import Any, ClassVar, Optional

from .base import load_schema
from .gitea import GiteaMessageV1
from .reading import first, text, web_address


class ForgejoMessageV1(GiteaMessageV1):
    """A webhook of a Forgejo instance."""

    service_title: ClassVar[str] = "Forgejo"
    header_prefix: ClassVar[str] = "x-forgejo"
    body_schema: ClassVar[dict[str, Any]] = load_schema("webhook2fedmsg.forgejo.message_v1")

    @property
    def _service_actor(self) -> Optional[str]:
        return first(text(self.payload, "run", "trigger_user", "login"), super()._service_actor)

    @property
    def place(self) -> Optional[str]:
        """The repository as `owner/name`, the organisation, or the package."""
        return first(
            text(self.payload, "run", "repository", "full_name"),
            super().place,
            text(self.payload, "package", "name"),
        )

    @property
    def deed(self) -> str:
        """What was done; runs of actions tell how they ended."""
        event = self.event or ""
        if event.startswith("action_run_"):
            return f"set off a run of actions ({event.removeprefix('action_run_') or '?'})"
        return super().deed

    @property
    def subject(self) -> Optional[str]:
        """The title of the run, issue, pull request or release; of a push, its newest commit."""
        return first(text(self.payload, "run", "title"), super().subject)

    @property
    def url(self) -> Optional[str]:
        """The page of what was done, else the repository's."""
        return first(web_address(self.payload, "run", "html_url"), super().url)
