"""Three hundred people write at once, and whoever looks at the channel can go on working."""

from __future__ import annotations

from tests.browser.screen import Screens, expect
from tests.browser.site import Site


async def test_a_storm_fills_the_channel_and_the_page_stays_quick(site: Site, screens: Screens) -> None:
    other = await screens.market()
    slack = await screens.slack("support")

    await other.page.get_by_role("button", name="Storm: 300 tickets").click()
    await site.house.until(lambda: len(site.house.market.world.shop().tickets) == 300)
    await expect(slack.page.locator("main .message").nth(20)).to_be_visible(timeout=30_000)
    await slack.writes("still here")
    await expect(slack.message("still here")).to_be_visible()

    assert await slack.page.locator("main .message").count() <= 61
