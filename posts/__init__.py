"""What we say and its journey: from a draft to an approved version to a receipt from each channel."""
