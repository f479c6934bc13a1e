"""The shell around the slices: errors, headers, health, OpenAPI and the built pages."""
