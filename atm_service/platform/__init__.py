"""What every room stands on: context, callers, refusals, trail, keys, policy. Knows no room above it."""
