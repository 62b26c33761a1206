"""Worker processes: they end when they must."""
