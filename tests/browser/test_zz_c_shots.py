from tests.browser.test_scorecards import *


def test_shots(portal, cast):
    compare_fourteen(cast)
    q = f"?pod={cast.isar.pk}&pod={cast.elbe.pk}"
    page = portal.page(cast.executive)
    page.goto("/scorecards/" + q + "&chart=funnel")
    page.wait_for_timeout(300)
    page.screenshot(path="/tmp/cx/shot-sc-funnel.png")
    page.goto("/scorecards/" + q)
    page.wait_for_timeout(300)
    page.keyboard.press("j")
    page.screenshot(path="/tmp/cx/shot-sc-wide.png")
    page.emulate_media(media="print")
    page.pdf(path="/tmp/cx/sc.pdf") if False else page.screenshot(path="/tmp/cx/shot-sc-print.png")


for k in list(globals()):
    if k.startswith("test_") and k != "test_shots":
        del globals()[k]
