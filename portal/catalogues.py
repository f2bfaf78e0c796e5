"""Translations without GNU gettext: extracted, checked, filled and compiled by Babel.

    python -m portal.catalogues update            bring the catalogues up to what the sources say
    python -m portal.catalogues check             fail on what is missing, untranslated or obsolete
    python -m portal.catalogues compile           write the files that Django reads
    python -m portal.catalogues missing it        what is untranslated, as JSON
    python -m portal.catalogues fill it FILE      take translations from such a JSON

Sources are English; the English catalogue stays empty and falls back to them, but for words of libraries that we say
otherwise (``portal.library_words``).
"""

import ast
import io
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
TRANSLATED = ("it", "fr")
LANGUAGES = (*TRANSLATED, "en")
APPS = ("portal", "signatures", "spid", "billing", "customers", "documents", "outbox", "facts", "vault")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}|%[sd]")
# How a printer would set it: in French a space that never breaks stands before double marks and inside guillemets.
TYPESETTING = [(re.compile(r"(?<=\w)'(?=[\w«%<])"), "’"), (re.compile(r" (?=%%)"), "\N{NO-BREAK SPACE}")]
FRENCH_SPACES = [(re.compile(r" (?=[;:!?»])|(?<=«) "), "\N{NO-BREAK SPACE}")]
Key = tuple[str, str | None]


def sources(root: Path = ROOT) -> Iterator[Path]:
    """Every file with texts for people: our Python and our templates, without tests and migrations."""
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            if not {"tests", "migrations"} & set(path.relative_to(root).parts):
                yield path
    for pattern in ("*.html", "*.txt"):
        yield from sorted((root / "templates").rglob(pattern))


def extracted(root: Path = ROOT) -> Catalog:
    """All messages of the sources."""
    catalog = Catalog(charset="utf-8")
    for path in sources(root):
        for _line, messages, _comments, context in _messages_of(path):
            catalog.add(messages, context=context)
    return catalog


def _messages_of(path: Path) -> Iterable[tuple[int, Any, list[str], str | None]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        from django.utils.translation.template import templatize

        # What templatize makes is for xgettext; a Python tokenizer minds the indentation.
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
    return extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"})


def _po(language: str, root: Path) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def load(language: str, root: Path = ROOT) -> Catalog:
    """The catalogue of a language as it is kept; an empty one if there is none yet."""
    path = _po(language, root)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def typeset(text: str, language: str) -> str:
    """A translation with the apostrophes and spaces of good printing, however it was typed."""
    for pattern, mark in TYPESETTING + (FRENCH_SPACES if language == "fr" else []):
        text = pattern.sub(mark, text)
    return text


def save(catalog: Catalog, language: str, root: Path = ROOT) -> None:
    """Write a catalogue so that its changes read well: typeset, sorted, without dates and line numbers."""
    path = _po(language, root)
    for message in catalog:
        if isinstance(message.string, (tuple, list)):
            message.string = tuple(typeset(text, language) for text in message.string)
        elif message.id and message.string:
            message.string = typeset(message.string, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(
        buffer, catalog, sort_output=True, no_location=True, omit_header=True, ignore_obsolete=True, width=0
    )
    header = (
        f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    path.write_bytes(header.encode() + buffer.getvalue())


def key_of(message: Any) -> Key:
    """What a message is known by: its singular and its context."""
    return (message.id[0] if isinstance(message.id, tuple) else message.id, message.context)


def update(root: Path = ROOT) -> None:
    """Bring every catalogue up to the sources; translations of what is still there stay."""
    template = extracted(root)
    for language in LANGUAGES:
        old = {key_of(message): message for message in load(language, root) if message.id}
        fresh = Catalog(locale=language, charset="utf-8")
        for message in template:
            if message.id:
                known = old.get(key_of(message))
                fitting = known is not None and isinstance(known.id, tuple) == isinstance(message.id, tuple)
                fresh.add(
                    message.id,
                    known.string if known and fitting else None,
                    flags={"fuzzy"} if known and known.fuzzy else (),
                    context=message.context,
                )
        save(fresh, language, root)


def problems(root: Path = ROOT) -> list[str]:
    """What is wrong with the catalogues, one line each."""
    wanted = {key_of(message): message for message in extracted(root) if message.id}
    found = list(hidden(root))
    for language in TRANSLATED:
        have = {key_of(message): message for message in load(language, root) if message.id}
        found += [f"{language}: missing: {key[0]!r}" for key in wanted if key not in have]
        found += [f"{language}: no longer used: {key[0]!r}" for key in have if key not in wanted]
        for key, message in have.items():
            if key not in wanted:
                continue
            if _is_untranslated(message):
                found.append(f"{language}: untranslated: {key[0]!r}")
            elif message.fuzzy:
                found.append(f"{language}: to be looked at (fuzzy): {key[0]!r}")
            elif _has_other_placeholders(message):
                found.append(f"{language}: other placeholders than the source: {key[0]!r}")
    return found


def hidden(root: Path = ROOT) -> Iterator[str]:
    """Texts that no extraction finds, since they stand inside an f-string."""
    for path in sources(root):
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.JoinedStr):
                continue
            calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call)]
            if any(isinstance(call.func, ast.Name) and call.func.id in KEYWORDS for call in calls):
                yield f"{path.relative_to(root)}:{node.lineno}: a text inside an f-string is never translated"


def _is_untranslated(message: Any) -> bool:
    strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return not strings or not all(strings)


def _has_other_placeholders(message: Any) -> bool:
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    allowed = [_placeholders(text) for text in ids]
    # A plural form may leave the number out ("one signer"), never name something else.
    if isinstance(message.id, tuple):
        return any(not _placeholders(text) <= set().union(*allowed) for text in strings)
    return any(_placeholders(text) != allowed[0] for text in strings)


def _placeholders(text: str) -> set[str]:
    return {match.group(0) for match in PLACEHOLDER.finditer(text)}


def compile_all(root: Path = ROOT) -> None:
    """Write the compiled catalogues that are older than their sources."""
    for language in LANGUAGES:
        source = _po(language, root)
        target = source.with_suffix(".mo")
        if source.exists() and (not target.exists() or target.stat().st_mtime < source.stat().st_mtime):
            # Replaced in one step: the portal may be reading it.
            fresh = target.with_suffix(f".{os.getpid()}.new")
            with fresh.open("wb") as file:
                write_mo(file, load(language, root))
            fresh.replace(target)


def missing(language: str, root: Path = ROOT) -> list[dict[str, Any]]:
    """What is untranslated, as translators take it: id, plural, context, and a place for the translation."""
    return [
        {
            "id": key_of(message)[0],
            "plural": message.id[1] if isinstance(message.id, tuple) else None,
            "context": message.context,
            "translation": ["", ""] if isinstance(message.id, tuple) else "",
        }
        for message in load(language, root)
        if message.id and _is_untranslated(message)
    ]


def fill(language: str, translations: list[dict[str, Any]], root: Path = ROOT) -> None:
    """Take translations in; those of messages that no longer exist are left out."""
    by_key = {(entry["id"], entry.get("context")): entry["translation"] for entry in translations}
    catalog = load(language, root)
    for message in catalog:
        translation = by_key.get(key_of(message)) if message.id else None
        if translation:
            message.string = tuple(translation) if isinstance(translation, list) else translation
    save(catalog, language, root)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["update"]:
            update()
        case ["compile"]:
            compile_all()
        case ["check"]:
            found = problems()
            print("\n".join(found) or "translations are complete")
            return 1 if found else 0
        case ["missing", language]:
            print(json.dumps(missing(language), ensure_ascii=False, indent=1))
        case ["fill", language, file]:
            fill(language, json.loads(Path(file).read_text()))
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
