"""The Italian e-invoice (FatturaPA, schema 1.2.3): what it says, its arithmetic, its checks and its XML.

Pure: nothing here knows Django, a database or a setting. Whoever issues fills a ``Document``, asks ``faults_of`` what
would be refused, and writes it with ``to_xml``. Facts and codes: FatturaPA's schema 1.2.3, and the list of checks 2.0
of SdI, the exchange system that invoices go through.
"""

from .arithmetic import line_net, needs_stamp, summarise, total_of
from .checks import Fault, faults_of
from .document import Address, Buyer, Contract, Document, Line, Reference, Seller, Settlement, Summary
from .latin import NotLatin, to_latin
from .xml import NAMESPACE, file_name, to_xml

__all__ = [
    "NAMESPACE",
    "Address",
    "Buyer",
    "Contract",
    "Document",
    "Fault",
    "Line",
    "NotLatin",
    "Reference",
    "Seller",
    "Settlement",
    "Summary",
    "faults_of",
    "file_name",
    "line_net",
    "needs_stamp",
    "summarise",
    "to_latin",
    "to_xml",
    "total_of",
]
