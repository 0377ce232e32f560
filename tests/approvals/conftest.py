from tests.posts.conftest import anna, desk, platform, put_in_broker

__all__ = ["anna", "desk", "platform", "put_in_broker"]
