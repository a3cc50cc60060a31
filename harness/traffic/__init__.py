"""Traffic from elsewhere: HAR and mitmproxy files, and what is found in them (docs/decoding.md)."""
