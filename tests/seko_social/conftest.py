from tests.posts.conftest import platform

__all__ = ["platform"]
