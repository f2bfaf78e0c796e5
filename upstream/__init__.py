"""The provider, spoken to over HTTP. Knows neither Django nor our business."""

from .config import ProviderConfig
from .errors import (
    InsufficientCredit,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    SoldOut,
    Throttled,
    Unavailable,
)
from .interfaces import Interface, InterfaceDefinition
from .port import (
    Exchange,
    Generation,
    NewPlacement,
    NewProcedure,
    NewSigner,
    Procedure,
    ProcedureSigner,
    ProcedureState,
    ProcedureSummary,
    Scope,
    Signatures,
    SignerState,
    Subscription,
    Transaction,
    Wallet,
)
from .provider import Provider
from .redaction import redacted_audit
from .spid import Voucher
from .tokens import MemoryTokens, TokenStore

__all__ = [
    "Exchange",
    "Generation",
    "InsufficientCredit",
    "Interface",
    "InterfaceDefinition",
    "MemoryTokens",
    "NewPlacement",
    "NewProcedure",
    "NewSigner",
    "NotFound",
    "OutcomeUnknown",
    "Procedure",
    "ProcedureSigner",
    "ProcedureState",
    "ProcedureSummary",
    "Provider",
    "ProviderConfig",
    "ProviderError",
    "Rejected",
    "Scope",
    "Signatures",
    "SignerState",
    "SoldOut",
    "Subscription",
    "Throttled",
    "TokenStore",
    "Transaction",
    "Unavailable",
    "Voucher",
    "Wallet",
    "redacted_audit",
]
