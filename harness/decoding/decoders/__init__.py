"""One file for each encoding; found by walking (harness.decoding.decoder)."""
