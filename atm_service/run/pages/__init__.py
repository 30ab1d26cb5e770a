"""The service's own pages: landing, reference wallet, auditor. Static files, no build step."""
