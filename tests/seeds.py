"""Rows that the migrations sow: kept when the database is made, and sown again when it was emptied."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core import serializers

SEEDS = pytest.StashKey["Seeds"]()


@dataclass
class Seeds:
    blocker: Any
    rows: dict[type, str] = field(default_factory=dict)
    """By model, as JSON."""

    @classmethod
    def sown(cls, blocker: Any) -> "Seeds":
        from approvals.models import ImportantDate  # noqa: PLC0415 apps are loaded by now, and not before
        from posts.models import Category  # noqa: PLC0415 the same

        models = (Category, ImportantDate)
        return cls(blocker, {model: serializers.serialize("json", model.objects.all()) for model in models})

    def sow_again(self) -> None:
        with self.blocker.unblock():
            for model, rows in self.rows.items():
                if not model._default_manager.exists():
                    for row in serializers.deserialize("json", rows):
                        row.save()
