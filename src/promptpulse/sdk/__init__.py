"""The client library: labels calls, fetches prompts, sends scores. Imports nothing else of this package."""
