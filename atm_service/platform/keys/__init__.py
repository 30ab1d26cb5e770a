"""Signing keys: the Ed25519 keys behind withdrawal codes and access tokens, and what is signed with them."""
