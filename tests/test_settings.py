"""The environment: what is missing, a sample or impossible is named, all of it at once, and no secret is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import SettingsError, read_env_file, read_settings

GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-7351-9812-abcdef",
    "SLACK_SIGNING_SECRET": "7d1c5e9b0a6f4283b6c2d8e4f1a09375",
    "MARKET_CLIENT_KEY": "3f9a1c27d5e84b60a1f2c3d4e5b6a798",
    "MARKET_SECRET_KEY": "9c4e7a1b2d3f5068" * 4,
}


def test_four_variables_are_enough() -> None:
    settings = read_settings(GOOD)

    assert [account.name for account in settings.accounts] == ["main"]
    assert settings.accounts[0].storefronts == ("de",)
    assert (settings.host, settings.port) == ("127.0.0.1", 3000)
    assert settings.database_url == "sqlite://data/kontor.db"
    assert settings.market_api_url == "https://sellerapi.kaufland.com/v2"
    assert settings.callback_url("main") is None


@pytest.mark.parametrize("name", sorted(GOOD))
@pytest.mark.parametrize(
    "value", ["", "   ", "change-me", "<your key>", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "short"]
)
def test_a_missing_sample_or_short_secret_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({**GOOD, name: value})

    assert any(problem.startswith(name) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-7351-9812-abcdef", "must start with xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-7351-9812-abcdef", "must start with xapp-"),
        ("PORT", "eighty", "must be a number"),
        ("PORT", "70000", "between 0 and 65535"),
        ("POLL_SECONDS", "0", "between"),
        ("LOG_FORMAT", "xml", "must be one of console, json"),
        ("PUBLIC_URL", "kontor.test", "PUBLIC_URL"),
        ("MARKET_API_URL", "ftp://x", "MARKET_API_URL"),
        ("MARKET_STOREFRONTS", "de,germany", "is not a storefront"),
        ("MARKET_ACCOUNTS", "Acme GmbH", "lower-case"),
        ("MARKET_ACCOUNTS", "acme,acme", "twice"),
        ("MARKET_PUSH_URL_FORM", "both", "must be one of"),
        ("KONTOR_LANES", "redis", "must be one of"),
        ("KONTOR_LANES", "postgres", "needs DATABASE_URL=postgres://"),
    ],
)
def test_a_wrong_value_is_said_with_what_would_be_right(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({**GOOD, name: value})

    assert words in str(caught.value)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"PORT": "x"})

    told = str(caught.value)
    assert all(name in told for name in [*GOOD, "PORT"])


def test_several_sellers_have_keys_of_their_own() -> None:
    keys = {
        f"MARKET_{name}_{key}": GOOD[f"MARKET_{key}"]
        for name in ("ACME", "GLOBEX")
        for key in ("CLIENT_KEY", "SECRET_KEY")
    }
    slack = {name: value for name, value in GOOD.items() if name.startswith("SLACK")}
    settings = read_settings(
        {
            **slack,
            **keys,
            "MARKET_ACCOUNTS": "acme, globex",
            "MARKET_GLOBEX_STOREFRONTS": "cz, SK",
            "PUBLIC_URL": "https://k.test/",
        }
    )

    assert [(account.name, account.storefronts) for account in settings.accounts] == [
        ("acme", ("de",)),
        ("globex", ("cz", "sk")),
    ]
    assert settings.callback_url("globex") == "https://k.test/market/globex/push"


def test_no_secret_is_in_what_is_printed_of_the_settings() -> None:
    settings = read_settings(GOOD)

    shown = f"{settings!r} {settings} {settings.accounts!r}"
    assert not any(secret in shown for secret in GOOD.values())


def test_an_env_file_may_have_comments_quotes_and_exports(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(
        "# ours\nexport PORT=8080\nHOST = 0.0.0.0 # everywhere\nNAME='a # b'\nQUOTED=\"x y\"\nEMPTY=\nno sign here\n",
        "utf-8",
    )

    assert read_env_file(path) == {
        "PORT": "8080",
        "HOST": "0.0.0.0",
        "NAME": "a # b",
        "QUOTED": "x y",
        "EMPTY": "",
    }
    assert read_env_file(tmp_path / "none") == {}


def test_the_sample_file_names_every_variable_and_is_refused_as_it_stands() -> None:
    root = Path(__file__).parents[1]
    sample = (root / ".env.example").read_text("utf-8")
    source = (root / "bot" / "settings.py").read_text("utf-8")
    import re

    read = set(re.findall(r'read\.\w+\(\s*"([A-Z][A-Z_]+)"', source))
    missing = {name for name in read if name not in sample}
    assert missing == set()
    with pytest.raises(SettingsError):
        read_settings(read_env_file(root / ".env.example"))
