"""Who decides: the queue, the review page and the decisions."""
