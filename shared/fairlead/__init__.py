"""What every Fairlead service stands on: bus, store, context, admin server, files, settings."""
