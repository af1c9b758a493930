"""Frozen value types and enums that every layer shares. Imports nothing of Fanjet but `errors`."""
