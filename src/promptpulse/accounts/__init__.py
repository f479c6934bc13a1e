"""Who may do what: projects, people, sessions, API keys, rate limits, price overrides and the audit log."""
