from tests.browser.test_scorecards import *
from django.test import override_settings
def test_shots(portal, cast):
    compare_fourteen(cast)
    q=f"?pod={cast.isar.pk}&pod={cast.elbe.pk}"
    for n,(phone,dark,more) in {"wide":(0,0,""),"dark":(0,1,""),"phone":(1,0,""),"funnel":(0,0,"&chart=funnel")}.items():
        page=portal.page(cast.executive,phone=bool(phone),dark=bool(dark))
        page.goto("/scorecards/"+q+more); page.wait_for_timeout(300)
        if n=="wide": page.keyboard.press("j"); page.keyboard.press("j")
        page.screenshot(path=f"/tmp/cx/shot-sc-{n}.png",full_page=True)
for k in list(globals()):
    if k.startswith("test_") and k!="test_shots": del globals()[k]
