"""The language a storefront's buyers are answered in, as BCP 47 tags like `de-AT`. Pure."""

from __future__ import annotations

from collections.abc import Iterable

# A storefront nobody knows has no language here: buyers are never answered in a guessed one.
LOCALES = {
    "de": "de-DE",
    "at": "de-AT",
    "cz": "cs-CZ",
    "sk": "sk-SK",
    "pl": "pl-PL",
    "fr": "fr-FR",
    "it": "it-IT",
    "es": "es-ES",
    "nl": "nl-NL",
}


def locale_of(storefront: str | None) -> str | None:
    """The locale of `storefront` ("cz", any case), or None when nobody told us."""
    return LOCALES.get((storefront or "").strip().lower())


def locale_named(word: str) -> str | None:
    """The locale a person means by a storefront (`at`), a language (`cs`) or a tag (`de-AT`, `de_at`)."""
    wanted = word.strip().replace("_", "-").lower()
    if locale := LOCALES.get(wanted):
        return locale
    known = LOCALES.values()
    return next((tag for tag in known if wanted in (tag.lower(), language(tag))), None)


def storefront_of(locale: str) -> str | None:
    """The storefront whose locale this is."""
    return next((storefront for storefront, tag in LOCALES.items() if tag == locale), None)


def language(locale: str) -> str:
    return locale.partition("-")[0]


def closest(locale: str | None, among: Iterable[str]) -> str | None:
    """`locale` when it is one of `among`, else the first of the same language: Austrians read German."""
    if locale is None:
        return None
    tags = tuple(among)
    if locale in tags:
        return locale
    return next((tag for tag in tags if language(tag) == language(locale)), None)
