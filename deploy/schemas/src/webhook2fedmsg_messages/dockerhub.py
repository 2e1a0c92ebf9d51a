"""Docker Hub: https://docs.docker.com/docker-hub/repos/manage/webhooks/"""

from typing import Any, ClassVar, Optional

from .base import WebhookMessage, load_schema
from .reading import first, text, web_address


class DockerHubMessageV1(WebhookMessage):
    """A push to an image repository. Docker Hub does not sign: who knows the token's address can say anything."""

    service_title: ClassVar[str] = "Docker Hub"
    body_schema: ClassVar[dict[str, Any]] = load_schema("webhook2fedmsg.dockerhub.message_v1")

    @property
    def event(self) -> str:
        """It tells of nothing else."""
        return "push"

    @property
    def _service_actor(self) -> Optional[str]:
        return text(self.payload, "push_data", "pusher")

    @property
    def place(self) -> Optional[str]:
        """The repository: `namespace/name`."""
        repository = self.payload.get("repository")
        namespace, name = text(repository, "namespace"), text(repository, "name")
        return first(text(repository, "repo_name"), f"{namespace}/{name}" if namespace and name else name)

    @property
    def tag(self) -> Optional[str]:
        """The tag that was pushed."""
        return text(self.payload, "push_data", "tag")

    @property
    def deed(self) -> str:
        """Which tag."""
        return f"pushed {self.tag}" if self.tag else "pushed an image"

    @property
    def url(self) -> Optional[str]:
        """The repository's page."""
        return web_address(self.payload, "repository", "repo_url")

    @property
    def details(self) -> list[tuple[str, Optional[str]]]:
        """The repository and the tag."""
        return [("Repository", self.place), ("Tag", self.tag)]
