"""One file per output format. What they print is made in `view`, once, from an analysis."""
