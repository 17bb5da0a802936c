"""The calls a register makes. Copy from here when you integrate a register of your own.

    client = ReturnsClient("https://returns.example", client_id, client_secret)
    client.submit_return({...}, key="0042-03-261121-0007-a1").data["decision"]

The key belongs to the customer's business, not to the attempt: choose it once, store it with the
body, and use it again after a crash. The server then acts once and repeats its answer.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit

from client.errors import ProblemError
from client.tokens import Grant, TokenKeeper
from client.transport import Answer, JsonObject, Request, Transport

STALE_TOKEN_CODES = frozenset({"token-expired", "token-invalid"})


class ReturnsClient:
    """One register's connection. Thread-safe; token, retries and keep-alive are its business.

    Every call raises ProblemError when the server refuses and UnreachableError when it cannot
    be reached. A denied return is not an error: look at `decision` in the answer.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        *,
        transport: Transport | None = None,
    ) -> None:
        self._transport = transport or Transport(base_url)
        pair = f"{quote(client_id, safe='')}:{quote(client_secret, safe='')}"
        self._basic = "Basic " + base64.b64encode(pair.encode()).decode()
        self._root = f"{self._transport.base_url}/api/v1/"
        self._tokens = TokenKeeper(self._fetch_token)

    def sales_create(self, sale: JsonObject, *, key: str) -> Answer:
        """Take a sale in. Status 201 when it is new, 200 when the same sale was there already."""
        return self._post("sales", sale, key=key)

    def sale_by_receipt(self, receipt_number: str) -> JsonObject:
        """The sale, its lines with what can still come back, its tenders likewise."""
        return self._get(f"sales/{quote(receipt_number, safe='')}")

    def sale_by_key(
        self, *, store: str, terminal: str, business_date: str, sequence_number: int
    ) -> JsonObject:
        """The same as `sale_by_receipt`, by the natural key; `business_date` as YYYY-MM-DD."""
        params = {"store": store, "terminal": terminal, "business_date": business_date}
        return self._get("sales", params | {"sequence_number": str(sequence_number)})

    def sales_search(
        self,
        *,
        customer: str | None = None,
        sku: str | None = None,
        serial: str | None = None,
        sold_from: str | None = None,
        sold_to: str | None = None,
    ) -> Iterator[JsonObject]:
        """Earlier sales with something left to return, newest first; pages come as needed."""
        given = {"customer": customer, "sku": sku, "serial": serial}
        given |= {"from": sold_from, "to": sold_to}
        page = self._get("sales/search", {k: v for k, v in given.items() if v is not None})
        yield from page["items"]
        while page.get("next"):
            page = self._follow(page["next"])
            yield from page["items"]

    def quote_return(self, wanted: JsonObject) -> JsonObject:
        """The decision and the refund plan for a return; nothing is written."""
        return self._call("POST", self._root + "returns/quote", body=wanted).data

    def submit_return(self, wanted: JsonObject, *, key: str) -> Answer:
        """Decide a return; with `"complete": true` also take the goods and start the refund."""
        return self._post("returns", wanted, key=key)

    def complete_return(
        self, return_id: str, body: JsonObject | None = None, *, key: str
    ) -> Answer:
        """The goods of an authorized return are here; `body` may name fewer than authorized."""
        return self._post(f"returns/{return_id}/complete", body or {}, key=key)

    def void_return(self, return_id: str, body: JsonObject | None = None, *, key: str) -> Answer:
        """Take a return back: what it had reserved is free again."""
        return self._post(f"returns/{return_id}/void", body or {}, key=key)

    def get_return(self, return_id: str, *, wait: str | None = None) -> JsonObject:
        """The return as it stands. `wait="refunds"` answers once the card processor has."""
        return self._get(f"returns/{return_id}", {"wait": wait} if wait else {})

    def changes(self, after: str | None = None, *, limit: int = 500) -> Iterator[JsonObject]:
        """Pages of the change feed, up to now.

        Each is {"items", "next", "has_more"}. Store `next` once the items are dealt with, and
        pass it as `after` the next time. An item may come twice: know it by its `id`.
        """
        params = {"limit": str(limit)}
        while True:
            page = self._get("changes", params | ({"after": after} if after else {}))
            yield page
            # A cursor that stands still would send us round for ever.
            if not page.get("has_more") or page.get("next") in (None, after):
                return
            after = str(page["next"])

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> JsonObject:
        return self._call("GET", self._root + path, params=params).data

    def _follow(self, link: str) -> JsonObject:
        # Only path and query are taken from the link: the token goes to our server, nobody else.
        base, target = urlsplit(self._transport.base_url), urlsplit(link)
        url = target._replace(scheme=base.scheme, netloc=base.netloc).geturl()
        return self._call("GET", url).data

    def _post(self, path: str, body: JsonObject, *, key: str) -> Answer:
        return self._call("POST", self._root + path, body=body, key=key)

    def _call(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        body: JsonObject | None = None,
        key: str | None = None,
    ) -> Answer:
        headers = {"Idempotency-Key": key} if key else {}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        request = Request(method, url, headers, params or {}, content)
        token = self._tokens.current()
        try:
            return self._send_as(token, request)
        except ProblemError as problem:
            if problem.status != 401 or problem.code not in STALE_TOKEN_CODES:
                raise
        # Once, and with the same key: the refused attempt had no effect.
        self._tokens.discard(token)
        return self._send_as(self._tokens.current(), request)

    def _send_as(self, token: str, request: Request) -> Answer:
        headers = {**request.headers, "Authorization": f"Bearer {token}"}
        return self._transport.send(replace(request, headers=headers))

    def _fetch_token(self) -> Grant:
        headers = {
            "Authorization": self._basic,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        form = b"grant_type=client_credentials"
        request = Request("POST", self._root + "oauth/token", headers, content=form)
        granted = self._transport.send(request).data
        return Grant(str(granted["access_token"]), float(granted["expires_in"]))
