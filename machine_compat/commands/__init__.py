"""What the command line does, one file a subcommand, and what they share."""
