"""The environment, read once into frozen values; refuses to start, naming each missing or sample variable."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MAIN = "main"
MARKETPLACE = "https://sellerapi.kaufland.com/v2"
SLACK = "https://slack.com/api/"
SAMPLES = re.compile(r"(?i)change.?me|example|your|sample|xxxx|0000000000|<.*>|\.\.\.")


class SettingsError(Exception):
    """One sentence per wrong variable; `str()` joins them, one a line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Account:
    """One seller's keys. They are left out of `repr`, so that no log or traceback shows them."""

    name: str
    client_key: str
    secret_key: str
    storefronts: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Account({self.name!r}, storefronts={self.storefronts})"


@dataclass(frozen=True, repr=False)
class Settings:
    slack_bot_token: str
    slack_signing_secret: str
    slack_app_token: str | None
    slack_api_url: str
    slack_team_id: str | None
    command_prefix: str
    accounts: tuple[Account, ...]
    market_api_url: str
    market_user_agent: str
    market_fallback_email: str | None
    market_per_second: float
    push_url_form: str
    public_url: str | None
    host: str
    port: int
    database_url: str
    data_dir: Path
    rules_dir: Path
    templates_dir: Path
    invoice_dir: Path | None
    market_file_hosts: tuple[str, ...]
    feed_origins: tuple[str, ...]
    log_level: str
    log_format: str
    poll_seconds: float
    reconcile_seconds: float
    undo_seconds: float
    pace_seconds: float
    lanes: str

    def callback_url(self, account: str) -> str | None:
        """Where the marketplace pushes to for `account`, or None while `PUBLIC_URL` is not set."""
        return f"{self.public_url}/market/{account}/push" if self.public_url else None

    def account(self, name: str) -> Account | None:
        return next((account for account in self.accounts if account.name == name), None)


class _Reader:
    """Reads variables and collects what is wrong with them, so that one start tells everything."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.problems: list[str] = []

    def text(self, name: str, default: str | None = None) -> str | None:
        return self.env.get(name, "").strip() or default

    def secret(self, name: str, *, least: int, hint: str) -> str:
        value = self.env.get(name, "").strip()
        if not value:
            self.problems.append(f"{name} is not set. {hint}")
        elif SAMPLES.search(value):
            self.problems.append(f"{name} still holds a sample value. {hint}")
        elif len(value) < least:
            self.problems.append(f"{name} is too short to be real (at least {least} characters). {hint}")
        return value

    def number(self, name: str, default: float, *, least: float, most: float) -> float:
        raw = self.env.get(name, "").strip()
        if not raw:
            return default
        try:
            value = float(raw)
        except ValueError:
            self.problems.append(f"{name} must be a number, not {raw!r}.")
            return default
        if not least <= value <= most:
            self.problems.append(f"{name} must be between {least:g} and {most:g}, not {raw}.")
        return value

    def choice(self, name: str, default: str, *, among: tuple[str, ...]) -> str:
        value = self.env.get(name, "").strip() or default
        if value not in among:
            self.problems.append(f"{name} must be one of {', '.join(among)}, not {value!r}.")
        return value

    def url(self, name: str, default: str | None) -> str | None:
        value = self.env.get(name, "").strip() or default
        if value and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value):
            self.problems.append(f"{name} must be an address like https://kontor.acme.test, not {value!r}.")
        return value

    def hosts(self, name: str, default: str) -> tuple[str, ...]:
        """Names of hosts; a leading dot means every name below it."""
        found = tuple(host.strip().lower() for host in (self.text(name, default) or "").split(",") if host.strip())
        for host in found:
            if not re.fullmatch(r"\.?(?:[a-z0-9-]+\.)+[a-z]{2,}", host):
                self.problems.append(f"{name}: {host!r} is no host like kaufland.de, or .kaufland.de for all below it.")
        return found

    def origins(self, name: str) -> tuple[str, ...]:
        """Places like https://files.shop.test; one inside is written as a number, like http://10.0.0.7:8080."""
        found = tuple(item.strip().rstrip("/").lower() for item in (self.text(name) or "").split(",") if item.strip())
        for origin in found:
            named = re.fullmatch(r"https://(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d{1,5})?", origin)
            numbered = re.fullmatch(r"https?://(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\])(?::\d{1,5})?", origin)
            if not named and not numbered:
                self.problems.append(f"{name}: {origin!r} is no place like https://files.shop.test.")
        return found

    def accounts(self) -> tuple[Account, ...]:
        names = [name.strip() for name in self.env.get("MARKET_ACCOUNTS", "").split(",") if name.strip()]
        default_storefronts = self.env.get("MARKET_STOREFRONTS", "").strip() or "de"
        if not names:
            return (self._account(MAIN, "MARKET_", default_storefronts),)
        for name in names:
            if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", name):
                self.problems.append(f"MARKET_ACCOUNTS: {name!r} must be lower-case letters, digits, - and _.")
        if len(set(names)) < len(names):
            self.problems.append("MARKET_ACCOUNTS names an account twice.")
        return tuple(
            self._account(name, f"MARKET_{name.upper().replace('-', '_')}_", default_storefronts) for name in names
        )

    def _account(self, name: str, prefix: str, default_storefronts: str) -> Account:
        hint = "Make keys in the seller portal under Settings > API."
        storefronts = self.env.get(f"{prefix}STOREFRONTS", "").strip() or default_storefronts
        codes = tuple(code.strip().lower() for code in storefronts.split(",") if code.strip())
        for code in codes:
            if not re.fullmatch(r"[a-z]{2}", code):
                self.problems.append(f"{prefix}STOREFRONTS: {code!r} is not a storefront like de or cz.")
        return Account(
            name=name,
            client_key=self.secret(f"{prefix}CLIENT_KEY", least=8, hint=hint),
            secret_key=self.secret(f"{prefix}SECRET_KEY", least=32, hint=hint),
            storefronts=codes,
        )

    def slack_tokens(self) -> tuple[str, str | None]:
        """The bot's token, and the app's when Slack is to be received through a socket."""
        app = self.text("SLACK_APP_TOKEN")
        if app and not app.startswith("xapp-"):
            self.problems.append("SLACK_APP_TOKEN must start with xapp-. Leave it empty to receive Slack over HTTP.")
        bot = self.secret(
            "SLACK_BOT_TOKEN", least=10, hint="It starts with xoxb- and stands under OAuth & Permissions."
        )
        if bot and not bot.startswith("xoxb-"):
            self.problems.append("SLACK_BOT_TOKEN must start with xoxb-: the bot's token, not the user's.")
        return bot, app


def read_settings(env: Mapping[str, str]) -> Settings:
    """The settings of `env`. Raises `SettingsError` with every problem at once."""
    read = _Reader(env)
    public = read.url("PUBLIC_URL", None)
    token, app_token = read.slack_tokens()
    data_dir = Path(read.text("DATA_DIR", "data") or "data")
    settings = Settings(
        slack_bot_token=token,
        slack_signing_secret=read.secret(
            "SLACK_SIGNING_SECRET", least=16, hint="It stands under Basic Information of your Slack app."
        ),
        slack_app_token=app_token,
        slack_api_url=(read.url("SLACK_API_URL", SLACK) or SLACK).rstrip("/") + "/",
        slack_team_id=read.text("SLACK_TEAM_ID"),
        command_prefix=read.text("SLACK_COMMAND_PREFIX", "") or "",
        accounts=read.accounts(),
        market_api_url=(read.url("MARKET_API_URL", MARKETPLACE) or MARKETPLACE).rstrip("/"),
        market_user_agent=read.text("MARKET_USER_AGENT", "Inhouse_development") or "Inhouse_development",
        market_fallback_email=read.text("MARKET_FALLBACK_EMAIL"),
        market_per_second=read.number("MARKET_REQUESTS_PER_SECOND", 50, least=0.1, most=1_000_000),
        push_url_form=read.choice("MARKET_PUSH_URL_FORM", "full", among=("full", "path")),
        public_url=public.rstrip("/") if public else None,
        host=read.text("HOST", "127.0.0.1") or "127.0.0.1",
        port=int(read.number("PORT", 3000, least=0, most=65535)),
        database_url=read.text("DATABASE_URL", f"sqlite://{data_dir}/kontor.db") or "",
        data_dir=data_dir,
        rules_dir=Path(read.text("RULES_DIR", "rules") or "rules"),
        templates_dir=Path(read.text("TEMPLATES_DIR", "templates") or "templates"),
        invoice_dir=Path(folder) if (folder := read.text("INVOICE_DIR")) else None,
        market_file_hosts=read.hosts("MARKET_FILE_HOSTS", "kaufland.de,.kaufland.de"),
        feed_origins=read.origins("FEED_ORIGINS"),
        log_level=read.choice(
            "LOG_LEVEL", "INFO", among=("DEBUG", "INFO", "WARNING", "ERROR", "debug", "info", "warning", "error")
        ).upper(),
        log_format=read.choice("LOG_FORMAT", "console", among=("console", "json")),
        poll_seconds=read.number("POLL_SECONDS", 60, least=0.1, most=3600),
        reconcile_seconds=read.number("RECONCILE_SECONDS", 900, least=0.5, most=86400),
        undo_seconds=read.number("UNDO_SECONDS", 20, least=0, most=600),
        pace_seconds=read.number("SLACK_PACE_SECONDS", 1.05, least=0, most=60),
        lanes=read.choice("KONTOR_LANES", "embedded", among=("embedded", "postgres")),
    )
    if settings.lanes == "postgres" and not settings.database_url.startswith("postgres"):
        read.problems.append(
            "KONTOR_LANES=postgres needs DATABASE_URL=postgres://…; without KONTOR_LANES one process runs on SQLite."
        )
    if read.problems:
        raise SettingsError(read.problems)
    return settings


def read_env_file(path: Path) -> dict[str, str]:
    """The variables of a `.env` file: NAME=value lines, # comments, optional quotes. Missing file: nothing."""
    if not path.is_file():
        return {}
    values = {}
    for line in path.read_text("utf-8").splitlines():
        name, sign, value = line.strip().removeprefix("export ").partition("=")
        if sign and not name.startswith("#"):
            value = value.strip()
            quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "'\""
            values[name.strip()] = value[1:-1] if quoted else value.split(" #")[0].strip()
    return values
