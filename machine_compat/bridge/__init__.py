"""What every USB bridge shares: finding an adapter, transfers that fail in the house's own errors, polling of lines."""
