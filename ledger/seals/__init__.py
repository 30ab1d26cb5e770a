"""Seals: signed Merkle roots over the journal, and whatever proves or checks them."""

from ledger.seals.seal import LEAVES_MAX, Seal
from ledger.seals.sealing import seal
from ledger.seals.waiting import front, oldest_unsealed, stretch, unsealed

__all__ = ["LEAVES_MAX", "Seal", "front", "oldest_unsealed", "seal", "stretch", "unsealed"]
