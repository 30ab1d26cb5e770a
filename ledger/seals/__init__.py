"""Seals: signed Merkle roots over the journal, and whatever proves or checks them."""

from ledger.seals.reading import oldest_unsealed, unsealed
from ledger.seals.seal import LEAVES_MAX, Seal
from ledger.seals.sealing import seal

__all__ = ["LEAVES_MAX", "Seal", "oldest_unsealed", "seal", "unsealed"]
