"""The service: reports in over HTTP, records and pages of them out."""
