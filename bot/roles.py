"""rules/roles.yaml as it is now, and what `kontor roles check` says about it."""

from __future__ import annotations

from pathlib import Path

from bot.domain.access import RoleBook
from bot.domain.words import one_line
from bot.livefile import LiveFile
from bot.rolebook import RolesFile
from bot.yamlfile import FileProblems, checked, parse, read

RoleFile = LiveFile[RoleBook]


def role_file(path: Path) -> RoleFile:
    """The roles of the file at `path`, followed while it changes. Raises `FileProblems` when they are wrong."""
    return LiveFile(path, understood)


def understood(raw: bytes, path: Path) -> RoleBook:
    document = parse(raw, str(path))
    return checked(document, RolesFile).book(document)


def check_text(path: Path) -> tuple[str, int]:
    """What `kontor roles check` says about the file at `path`, and its exit code."""
    try:
        book = understood(read(path), path)
    except FileProblems as error:
        count = f"{len(error.problems)} problem{'' if len(error.problems) == 1 else 's'}"
        return f"{error}\n\n{count}; a running bot keeps its last good roles.", 1
    lines = [f"{path}: {len(book.roles)} roles, all well."]
    lines += [f"  line {role.line:>3}  {one_line(role.name, 40):<24} {', '.join(role.who)}" for role in book.roles]
    return "\n".join(lines), 0
