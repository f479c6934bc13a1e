"""Commands and tools that speak to a server over HTTP."""
