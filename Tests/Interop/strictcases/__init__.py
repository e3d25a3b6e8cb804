from .registry import ALL_CASES
from . import messages, describe, urls, setup, sessions, playing, media, access, hostile  # noqa: F401

__all__ = ["ALL_CASES"]
