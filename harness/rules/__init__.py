"""One file per rule, named for the offence; `engine` finds them by walking and turns findings into verdicts."""
