"""Payloads in the shapes that the services document, with what their messages should say."""

from bitbucket_examples import BITBUCKET
from forge_examples import FORGES
from other_examples import OTHERS
from robust_examples import ROBUST

EXAMPLES = [*FORGES, *BITBUCKET, *OTHERS, *ROBUST]
