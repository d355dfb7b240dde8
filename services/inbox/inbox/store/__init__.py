"""The inbox's tables and queries, a module for each noun: the only SQL of this service."""
