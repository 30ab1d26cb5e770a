"""The application, its assembly, its command line and its pages: nobody imports these."""
