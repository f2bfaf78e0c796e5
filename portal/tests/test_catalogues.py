"""Translations are extracted, checked and filled without any tool but Python."""

import gettext

import pytest

from portal import catalogues


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "portal").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "portal" / "views.py").write_text('from x import gettext as _\n_("Hello %(name)s")\n')
    (tmp_path / "templates" / "page.html").write_text(
        "{% load i18n %}\n  <p>{% translate 'Save' %}</p>\n"
        "{% blocktranslate trimmed count n=n %}\n {{ n }} page\n{% plural %}\n {{ n }} pages\n{% endblocktranslate %}\n"
    )
    catalogues.update(tmp_path)
    return tmp_path


def test_messages_of_code_and_templates_are_found(tree):
    assert {entry["id"] for entry in catalogues.missing("it", tree)} == {
        "Hello %(name)s",
        "Save",
        "%(n)s page",
    }


def test_what_is_untranslated_fails_the_check(tree):
    assert "it: untranslated: 'Save'" in catalogues.problems(tree)


def test_what_is_filled_passes_the_check(tree):
    for language in catalogues.TRANSLATED:
        entries = catalogues.missing(language, tree)
        for entry in entries:
            entry["translation"] = [entry["id"], entry["plural"]] if entry["plural"] else entry["id"]
        catalogues.fill(language, entries, tree)
    assert catalogues.problems(tree) == []


def test_a_placeholder_that_was_lost_fails_the_check(tree):
    catalogues.fill("it", [{"id": "Hello %(name)s", "context": None, "translation": "Ciao"}], tree)
    assert "it: other placeholders than the source: 'Hello %(name)s'" in catalogues.problems(tree)


def test_a_message_that_is_gone_fails_the_check(tree):
    (tree / "portal" / "views.py").write_text("")
    assert "it: no longer used: 'Hello %(name)s'" in catalogues.problems(tree)


def test_an_update_keeps_translations(tree):
    catalogues.fill("it", [{"id": "Save", "context": None, "translation": "Salva"}], tree)
    catalogues.update(tree)
    assert "Save" not in {entry["id"] for entry in catalogues.missing("it", tree)}


def test_translations_are_typeset_however_they_were_typed(tree):
    typed = {"id": "Save", "context": None, "translation": "L'ordre : « oui » ?"}
    catalogues.fill("fr", [typed], tree)
    (kept,) = [message.string for message in catalogues.load("fr", tree) if message.id == "Save"]
    assert kept == "L’ordre\xa0: «\xa0oui\xa0»\xa0?"


def test_a_text_inside_an_f_string_fails_the_check(tree):
    (tree / "portal" / "views.py").write_text("from x import gettext as _\nf\"{_('Hidden')}!\"\n")
    assert "portal/views.py:2: a text inside an f-string is never translated" in catalogues.problems(tree)


def test_what_is_to_be_looked_at_stays_so_until_somebody_did(tree):
    catalogues.fill("it", [{"id": "Save", "context": None, "translation": "Salva"}], tree)
    path = tree / "locale" / "it" / "LC_MESSAGES" / "django.po"
    path.write_text(path.read_text().replace('msgid "Save"', '#, fuzzy\nmsgid "Save"'))
    catalogues.update(tree)
    assert "it: to be looked at (fuzzy): 'Save'" in catalogues.problems(tree)


def test_contexts_keep_equal_texts_apart(tree):
    (tree / "portal" / "views.py").write_text(
        'from x import pgettext\npgettext("order", "Open")\npgettext("door", "Open")\n'
    )
    (tree / "templates" / "page.html").write_text("{% load i18n %}{% translate 'Open' context 'shop' %}")
    catalogues.update(tree)
    assert {entry["context"] for entry in catalogues.missing("it", tree)} == {"order", "door", "shop"}


def test_tests_are_no_source(tree):
    (tree / "portal" / "tests").mkdir()
    (tree / "portal" / "tests" / "test_x.py").write_text('_("Only a test")\n')
    assert "Only a test" not in {message.id for message in catalogues.extracted(tree)}


def test_an_update_without_news_changes_nothing(tree):
    path = tree / "locale" / "it" / "LC_MESSAGES" / "django.po"
    before = path.read_bytes()
    catalogues.update(tree)
    assert path.read_bytes() == before


def test_what_is_compiled_is_what_django_reads(tree):
    catalogues.fill("it", [{"id": "Save", "context": None, "translation": "Salva"}], tree)
    catalogues.compile_all(tree)
    folder = tree / "locale" / "it" / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Save") == "Salva"
    assert {path.name for path in folder.iterdir()} == {"django.po", "django.mo"}


def test_what_is_compiled_is_not_compiled_again(tree):
    catalogues.compile_all(tree)
    compiled = tree / "locale" / "it" / "LC_MESSAGES" / "django.mo"
    written = compiled.stat().st_mtime_ns
    catalogues.compile_all(tree)
    assert compiled.stat().st_mtime_ns == written
