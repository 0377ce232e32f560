"""What measurements run beside a site, in processes with its settings."""
