"""Seals: signed Merkle roots over the journal, and whatever proves or checks them."""

from ledger.seals.reading import unsealed
from ledger.seals.seal import LEAVES_MAX, Seal
from ledger.seals.sealing import seal

__all__ = ["LEAVES_MAX", "Seal", "seal", "unsealed"]
