"""The service's own pages: a landing page, the reference wallet and the auditor's page. Static files, no build step."""
