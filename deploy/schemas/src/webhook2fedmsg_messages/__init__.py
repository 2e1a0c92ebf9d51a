"""The schemas of the Fedora messages that webhook2fedmsg publishes."""

from .base import WebhookMessage
from .bitbucket import BitbucketMessageV1
from .discourse import DiscourseMessageV1
from .dockerhub import DockerHubMessageV1
from .forgejo import ForgejoMessageV1
from .generic import GenericMessageV1
from .gitea import GiteaMessageV1
from .github import GitHubMessageV1
from .gitlab import GitLabMessageV1
from .pagure import PagureMessageV1
from .pretix import PretixMessageV1
from .quay import QuayMessageV1
from .sentry import SentryMessageV1
from .standard import StandardMessageV1
from .weblate import WeblateMessageV1

__all__ = (
    "BitbucketMessageV1",
    "DiscourseMessageV1",
    "DockerHubMessageV1",
    "ForgejoMessageV1",
    "GenericMessageV1",
    "GitHubMessageV1",
    "GitLabMessageV1",
    "GiteaMessageV1",
    "PagureMessageV1",
    "PretixMessageV1",
    "QuayMessageV1",
    "SentryMessageV1",
    "StandardMessageV1",
    "WeblateMessageV1",
    "WebhookMessage",
)
