"""Who may speak to the application, and what a page may do: checked before any view is reached.

- The Host is pinned to a name of this run that nobody can guess (``<random>.localhost``, 421 else): no other site's name can be pointed here (DNS
  rebinding), and no other port of this machine gets the cookie, since cookies do not tell ports apart but do tell names.
- A request is taken from this site's own pages and from the address bar alone: ``Sec-Fetch-Site`` or, for a change from a browser that sends none,
  ``Origin`` (403 else).
- Everything but the first address, the style sheet and fonts needs the cookie (403 else); to strangers nothing is said of the vault.
- Every answer forbids caching, framing, scripts and requests that are not its own, and sniffing.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from habeas.locale import tr
from habeas.web.desk import COOKIE, Desk

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), clipboard-read=()",
    "x-robots-tag": "noindex",
}
KEPT = "private, max-age=86400"
"""For style sheet and fonts, which tell nothing but that Habeas was used; pages are never kept."""
_FOUND = frozenset({200, 304})
_SAFE = frozenset({"GET", "HEAD"})


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, static: ASGIApp, desk: Desk, port: int) -> None:
        """``static``: serves what anybody may have. ``port``: the one that is listened on; 0 where a test asks without a socket."""
        self._app, self._static, self._desk = app, static, desk
        self._host = f"{desk.host}:{port}" if port else "testserver"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by itself, or hand on and add the headers."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        static = str(scope["path"]).startswith("/static/")

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if static and message["status"] in _FOUND:
                    headers["cache-control"] = KEPT
                if headers.get("server"):
                    del headers["server"]
            await send(message)

        refused = self._refusal(scope)
        await (refused or (self._static if static else self._app))(scope, receive, sealed)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers, path, method = Headers(scope=scope), str(scope["path"]), str(scope["method"])
        if headers.get("host", "") != self._host:
            return PlainTextResponse(tr("This address is not served here."), 421)
        if not self._own(headers, safe=method in _SAFE):
            return PlainTextResponse(tr("This did not come from a page of Habeas."), 403)
        if path.startswith("/static/") or (path.startswith("/open/") and path.count("/") == 2):  # noqa: PLR2004
            return None
        if not self._desk.knows(cookie_parser(headers.get("cookie", "")).get(COOKIE, "")):
            return PlainTextResponse(
                tr("Open the address that 'habeas' printed; it lets one browser in, once. To let in another one, start it again."), 403
            )
        return None

    def _own(self, headers: Headers, *, safe: bool) -> bool:
        site = headers.get("sec-fetch-site")
        if safe:
            return site in (None, "same-origin", "none")
        return site == "same-origin" if site is not None else headers.get("origin", "") == f"http://{self._host}"
