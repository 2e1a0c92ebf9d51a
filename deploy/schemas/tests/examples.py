"""Payloads in the shapes that the services document, with what their messages should say."""

from bitbucket_examples import BITBUCKET
from forge_examples import FORGES
from other_examples import OTHERS

EXAMPLES = [*FORGES, *BITBUCKET, *OTHERS]
