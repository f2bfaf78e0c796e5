"""The official schema, where somebody has it: it is not ours to hand out, so its folder is named from outside."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

SCHEMA, SIGNATURES = "Schema_VFPR12_v1.2.3.xsd", "xmldsig-core-schema.xsd"


class _Beside(etree.Resolver):
    """Answers the schema's only import, which points to the web, from the folder beside it."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:
        if system_url.endswith(SIGNATURES):
            return self.resolve_filename(str(self.folder / SIGNATURES), context)
        return None


@lru_cache(maxsize=4)
def schema_in(folder: str, name: str = SCHEMA) -> etree.XMLSchema:
    """The schema of this folder, ready to validate. Raises ``OSError`` where it is not there."""
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    parser.resolvers.add(_Beside(Path(folder)))
    return etree.XMLSchema(etree.parse(str(Path(folder) / name), parser))


def schema_errors(xml: bytes, folder: str, name: str = SCHEMA) -> list[str]:
    """What the schema says against an XML; empty when it is valid."""
    schema = schema_in(folder, name)
    document = etree.fromstring(xml, etree.XMLParser(no_network=True, resolve_entities=False))
    return [] if schema.validate(document) else [str(error.message) for error in schema.error_log]
