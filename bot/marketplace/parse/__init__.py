"""Their JSON into our types, only the fields we use. Pure.

Enumerations stay open, missing decoration stays away, and what a card or an action could not do without raises
`Unreadable` with the field's name: that one subject fails with a reason, the others go on.
"""

from __future__ import annotations

from bot.marketplace.parse.inventory import bulk_outcomes as bulk_outcomes
from bot.marketplace.parse.inventory import buybox as buybox
from bot.marketplace.parse.inventory import product_data as product_data
from bot.marketplace.parse.inventory import product_found as product_found
from bot.marketplace.parse.inventory import product_status as product_status
from bot.marketplace.parse.inventory import shipping_group as shipping_group
from bot.marketplace.parse.inventory import unit as unit
from bot.marketplace.parse.inventory import warehouse as warehouse
from bot.marketplace.parse.orders import carriers as carriers
from bot.marketplace.parse.orders import invoice as invoice
from bot.marketplace.parse.orders import order as order
from bot.marketplace.parse.orders import order_row as order_row
from bot.marketplace.parse.orders import order_unit as order_unit
from bot.marketplace.parse.pages import Page as Page
from bot.marketplace.parse.pages import page as page
from bot.marketplace.parse.papers import import_file as import_file
from bot.marketplace.parse.papers import report as report
from bot.marketplace.parse.papers import storefronts as storefronts
from bot.marketplace.parse.papers import subscription as subscription
from bot.marketplace.parse.returns import return_ as return_
from bot.marketplace.parse.returns import return_row as return_row
from bot.marketplace.parse.returns import return_unit as return_unit
from bot.marketplace.parse.tickets import opened_ticket as opened_ticket
from bot.marketplace.parse.tickets import ticket as ticket
from bot.marketplace.parse.tickets import ticket_row as ticket_row
