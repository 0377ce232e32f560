from tests.triggers import with_append_only_triggers, without_append_only_triggers

__all__ = ["with_append_only_triggers", "without_append_only_triggers"]
