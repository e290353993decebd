"""If the encoding failed, the content security policy would stand behind it: broken on purpose, twenty ways."""

import re

import pytest
from incident import picture
from visits import Listener, Visitor

from graphtrail.render.page import page

pytestmark = pytest.mark.browser

# Each asks the listener for /<name>, or runs __hit, on a page without a policy.
ASKING = {
    "img": "<img src='{origin}/img'>",
    "srcset": "<img srcset='{origin}/srcset 1x'>",
    "script": "<script src='{origin}/script'></script>",
    "stylesheet": "<link rel=stylesheet href='{origin}/stylesheet'>",
    "import": "<style>@import url('{origin}/import');</style>",
    "font": "<style>@font-face{font-family:x;src:url('{origin}/font')}</style><p style='font-family:x'>x</p>",
    "background": "<p style=\"background:url('{origin}/background')\">x</p>",
    "prefetch": "<link rel=prefetch href='{origin}/prefetch'>",
    "preload": "<link rel=preload as=image href='{origin}/preload'>",
    "iframe": "<iframe src='{origin}/iframe'></iframe>",
    "object": "<object data='{origin}/object'></object>",
    "embed": "<embed src='{origin}/embed'>",
    "video": "<video src='{origin}/video' preload=auto></video>",
    "audio": "<audio src='{origin}/audio' preload=auto></audio>",
    "poster": "<video poster='{origin}/poster'></video>",
    "svg": "<svg><image href='{origin}/svg'/></svg>",
    "manifest": "<input type=image src='{origin}/manifest'>",
}
RUNNING = {
    "inline": "<script>__hit('inline')</script>",
    "handler": "<svg onload=\"__hit('handler')\"></svg>",
    "error": "<img src='data:,x' onerror=\"__hit('error')\">",
    "srcdoc": "<iframe srcdoc=\"<script>parent.__hit('srcdoc')</script>\"></iframe>",
    "address": "<iframe src=\"javascript:parent.__hit('address')\"></iframe>",
    "module": "<script type=module>__hit('module')</script>",
    "data": "<script src=\"data:text/javascript,__hit('data')\"></script>",
}


def broken(injection: str) -> str:
    """A page into whose heading markup got, as if nothing had escaped it."""
    html = page(picture(2))
    assert html.count(">customer-pii-prod</h1>") == 1
    return html.replace(">customer-pii-prod</h1>", f">{injection}</h1>")


def without_policy(html: str) -> str:
    """The same page, unprotected."""
    bare, removed = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    assert removed == 1
    return bare


def test_nothing_is_asked_for_and_nothing_runs(visit: Visitor, listener: Listener):
    injection = "".join({**ASKING, **RUNNING}.values()).replace("{origin}", listener.origin)
    made = visit(broken(injection))
    made.page.wait_for_timeout(400)
    assert listener.asked == []
    assert made.ran() == []
    assert len(made.blocked()) >= 15
    # The page itself works on.
    made.page.keyboard.press("p")
    assert made.chosen()["path"] == 0


def test_without_the_policy_each_of_them_does_harm(visit: Visitor, listener: Listener):
    injection = "".join({**ASKING, **RUNNING}.values()).replace("{origin}", listener.origin)
    made = visit(without_policy(broken(injection)))
    made.page.wait_for_timeout(600)
    assert {path.removeprefix("/") for path in listener.asked} - {"favicon.ico"} == set(ASKING)
    assert set(made.ran()) == set(RUNNING)


def test_a_broken_island_runs_nothing(visit: Visitor, listener: Listener):
    html = page(picture(2)).replace(
        'id="island">{', f'id="island">{{"</script><script>__hit(1)</script><img src=\'{listener.origin}/img\'>', 1
    )
    made = visit(html)
    made.page.wait_for_timeout(200)
    assert (made.ran(), listener.asked) == ([], [])


@pytest.mark.parametrize(
    "attempt",
    [
        "document.body.innerHTML = '<p>x</p>'",
        "document.body.insertAdjacentHTML('beforeend', '<p>x</p>')",
        "document.write('<p>x</p>')",
        "document.createElement('script').text = '__hit(1)'",
        "document.createElement('script').src = 'data:text/javascript,__hit(1)'",
        "document.createElement('iframe').srcdoc = '<p>x</p>'",
        "new DOMParser().parseFromString('<p>x</p>', 'text/html')",
    ],
)
def test_markup_cannot_be_made_from_text_by_any_script(attempt: str, visit: Visitor):
    made = visit(page(picture(2)))
    told = made.page.evaluate("() => { try { " + attempt + "; return 'done' } catch (error) { return error.name } }")
    assert told == "TypeError"


def test_forms_bases_and_connections_are_refused(visit: Visitor, listener: Listener):
    made = visit(broken(f"<base href='{listener.origin}/base/'><form id=f action='{listener.origin}/form'></form>"))
    assert made.page.evaluate("document.baseURI").startswith("file:")
    made.page.evaluate("document.getElementById('f').submit()")
    tried = made.page.evaluate(
        """async (origin) => {
            const results = [];
            results.push(await fetch(origin + "/fetch").then(() => "sent", () => "refused"));
            results.push(navigator.sendBeacon(origin + "/beacon") ? "queued" : "refused");
            try { new Worker("data:text/javascript,1"); } catch { results.push("refused"); }
            try { new WebSocket(origin.replace("http", "ws") + "/socket"); } catch { results.push("refused"); }
            return results;
        }""",
        listener.origin,
    )
    made.page.wait_for_timeout(200)
    assert tried[0] == "refused"
    assert listener.asked == []


def test_a_refresh_is_what_no_policy_stops(visit: Visitor, listener: Listener):
    """Documented in docs/page.md: the encoding stays the wall, and notebooks add a sandbox."""
    made = visit(broken(f'<meta http-equiv="refresh" content="0;url={listener.origin}/refresh">'))
    made.page.wait_for_timeout(500)
    assert "/refresh" in listener.asked
