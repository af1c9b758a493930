"""Variables and connections at rest."""
