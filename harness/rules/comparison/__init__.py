"""Two versions, two profiles, with and without instruments."""
