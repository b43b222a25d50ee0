"""What the template chosen in a reply window says: in the buyer's language, and in one the agent reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.cards import names
from bot.cards.drafts import Draft
from bot.cards.replywindow import Rendering
from bot.composing import Around, Session
from bot.domain.locales import closest, language, locale_of
from bot.domain.model import Ticket
from bot.domain.reply import ReplyTemplate, Value, prefilled, read_inputs
from bot.domain.words import one_line
from bot.replies import CannotRender, ReplyTemplates
from bot.replycontext import Context, filled_in, reply_context


def buyer_of(ticket: Ticket, around: Around) -> str | None:
    """The buyer's name, where an address came along."""
    places = [around.order.billing_address, around.order.shipping_address] if around.order else []
    for unit in ticket.order_units:
        places += [unit.billing_address, unit.shipping_address]
    return next((place.name for place in places if place and place.name.strip()), None)


@dataclass(frozen=True)
class Writer:
    """Makes texts of templates for one window, at the moment `now` (aware)."""

    templates: ReplyTemplates
    session: Session
    around: Around
    now: datetime

    @property
    def locale(self) -> str | None:
        return locale_of(self.session.ticket.storefront)

    def template(self, name: str | None) -> ReplyTemplate | None:
        return self.templates.find(name) if name else None

    def starts_with(self, template: ReplyTemplate) -> dict[str, str]:
        """What the fields of `template` start with, in the buyer's language."""
        locale = closest(self.locale, template.locales)
        return prefilled(template.inputs, self._context(locale)) if locale else {}

    def rendering(self, draft: Draft) -> Rendering | None:
        """What the chosen template says with what was given so far; None without one."""
        if draft.template is None:
            return None
        template = self.template(draft.template)
        locale = closest(self.locale, template.locales) if template else None
        if template is None:
            return Rendering(trouble="This template is gone. Choose another one.")
        if locale is None:
            return Rendering(trouble="This template is not written in the buyer's language. Choose another one.")
        values, errors = read_inputs(template.inputs, draft.inputs, self.session.currency)
        labels = {wanted.name: wanted.label for wanted in template.inputs}
        wrong = [f"{labels[name]}: {sentence}" for name, sentence in errors.items() if draft.inputs.get(name)]
        missing = tuple(labels[name] for name in errors if not draft.inputs.get(name))
        if wrong or missing:
            return Rendering(missing=missing, trouble=" ".join(wrong) or None)
        try:
            text = self.templates.render(template.name, locale, self._filled(locale, values))
        except CannotRender as error:
            return Rendering(trouble=f"{one_line(error.sentence, 400)} Nothing can be filled in; choose another one.")
        return Rendering(text=text, aid=self._aid(template, locale, values))

    def known(self) -> set[str]:
        """Words that come from the marketplace itself, so that nobody is warned about a tracking number."""
        context = self._context(self.locale or "de-DE")
        found = [context["tracking"].get("number"), context["return"].get("code"), context["order"].get("id")]
        return {word for word in (*found, self.session.ticket.id) if word}

    def _aid(self, template: ReplyTemplate, locale: str, values: Mapping[str, Value]) -> tuple[str, str] | None:
        """The same in a language the agent reads, when that is another one."""
        home = next(iter(self.templates.house.locales), None)
        own = closest(self.session.agent.locale, template.locales) or closest(home, template.locales)
        if own is None or language(own) == language(locale):
            return None
        try:
            return names.language(own), self.templates.render(template.name, own, self._filled(own, values))
        except CannotRender:
            return None

    def _filled(self, locale: str, values: Mapping[str, Value]) -> Context:
        return {**self._context(locale), "inputs": filled_in(values, locale)}

    def _context(self, locale: str | None) -> Context:
        session = self.session
        return reply_context(
            session.ticket,
            self.around.order,
            locale=locale or "de-DE",
            agent=session.agent.name,
            shop=self.templates.shop(session.account),
            now=self.now,
            inputs={},
            item=self.around.item,
            tracking=self.around.tracking,
        )
