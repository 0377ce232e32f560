"""What posts ask the desk (`posts.desk`), answered by what is known here."""

from datetime import datetime

from approvals.claims import Looking
from approvals.models import OutsidePost


class Known(Looking):
    def came_out_elsewhere(self, since: datetime) -> int:
        seen = OutsidePost.objects.filter(published_at__gte=since, gone_at=None)
        return seen.filter(channel__is_preselected=True).count()
