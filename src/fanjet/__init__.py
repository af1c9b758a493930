"""Fanjet: a workflow orchestrator built around dynamic task mapping."""
