"""What auditors see: the trail, reports, exports and controls."""
