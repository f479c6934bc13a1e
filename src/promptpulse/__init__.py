"""PromptPulse: see how your production prompts do, and decide what to change."""

__version__ = "0.1.0"
