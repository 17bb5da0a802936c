"""The calls a register makes. Copy from here when you integrate a register of your own.

    enrol("https://returns.example", "ABCD-EFGH-IJKL-MNOP-QRST-UVWX", Path("register.json"))
    client = ReturnsClient.from_keyring(Path("register.json"))
    client.submit_return({...}, key="0042-03-261121-0007-a1").data["decision"]

The key belongs to the customer's business, not to the attempt: choose it once, store it with the
body, and use it again after a crash. The server then acts once and repeats its answer.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

from client.connection import Connection
from client.errors import ProblemError, UnreachableError
from client.follow import PAUSE, CursorStore, follow
from client.identity import Identity
from client.keyring import Keyring, KeyringFile, KeyringInMemory
from client.keys import Secret
from client.retry import ONCE, is_worth_repeating
from client.transport import Answer, JsonObject, Transport


class ReturnsClient:
    """One register's connection. Thread-safe; tokens, keys, retries and keep-alive are its business.

    Every call raises ProblemError when the server refuses and UnreachableError when it cannot
    be reached. A denied return is not an error: look at `decision` in the answer.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str = "",
        client_secret: str = "",
        *,
        keyring: Keyring | None = None,
        transport: Transport | None = None,
    ) -> None:
        """With a client id and a secret, or with a keyring, which can also renew itself."""
        line = transport or Transport(base_url)
        known = Identity(line.base_url, client_id, current=Secret(client_secret))
        self._line = Connection(line, keyring or KeyringInMemory(known))
        self._waits_at = ""

    @classmethod
    def from_keyring(
        cls, path: Path, *, base_url: str = "", transport: Transport | None = None
    ) -> ReturnsClient:
        """The register that was enrolled into this file. KeyringError when it was not.

        `base_url` only when the server has moved since.
        """
        keyring = KeyringFile(path)
        return cls(base_url or keyring.read().base_url, keyring=keyring, transport=transport)

    def whoami(self) -> JsonObject:
        """The register's own settings: shop, number, currency, time zone, scopes, credential."""
        return self._get("terminals/self")

    def access_token(self) -> str:
        """A token that is good now, for calls that are made without this client."""
        return self._line.access_token()

    def rotate(self) -> str | None:
        """Change to a new key now, and give its id (none for a secret).

        The client does this by itself when the server asks for it. ProblemError
        `rotation-in-progress`: the last change is too recent.
        """
        return self._line.rotate()

    def heartbeat(
        self,
        *,
        software_version: str | None = None,
        hardware: str | None = None,
        queue_depth: int | None = None,
    ) -> JsonObject:
        """Say how the register is, every few minutes: {"server_time", "clock_skew_ms", "rotate_by"}.

        `queue_depth` is how many requests wait at the register to be sent.
        """
        told = {
            "software_version": software_version,
            "hardware": hardware,
            "queue_depth": queue_depth,
            "clock": datetime.now(UTC).isoformat(),
        }
        body = {name: value for name, value in told.items() if value is not None}
        used = self._line.credential()
        answer = self._post("terminals/self/heartbeat", body).data
        if answer.get("rotate_by"):
            self._line.replace_in_passing(used)
        return answer

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
            page = self._next_page(page["next"])
            yield from page["items"]

    def quote_return(self, wanted: JsonObject) -> JsonObject:
        """The decision and the refund plan for a return; nothing is written."""
        return self._post("returns/quote", wanted).data

    def submit_return(self, wanted: JsonObject, *, key: str) -> Answer:
        """Decide a return; with `"complete": true` also take the goods and start the refund."""
        return self._post("returns", wanted, key=key)

    def complete_return(
        self, return_id: str, body: JsonObject | None = None, *, key: str
    ) -> Answer:
        """The goods of an authorized return are here; `body` may name fewer than authorized."""
        return self._post(f"returns/{return_id}/complete", body or {}, key=key)

    def override_return(
        self,
        return_id: str,
        reason: str,
        *,
        key: str,
        approver: str = "",
        pin: str = "",
        badge: str = "",
        approve: bool = True,
        complete: bool = False,
    ) -> Answer:
        """A manager allows a return with `needs_override`, or not: by number and PIN, or by badge.

        A wrong PIN is a ProblemError `approval-refused`; ask again with the same key. Keep neither
        PIN nor badge: forget them as soon as this returns.
        """
        proof = {"badge": badge} if badge else {"approver": approver, "pin": pin}
        body = {**proof, "reason": reason, "approve": approve, "complete": complete}
        return self._post(f"returns/{return_id}/override", body, key=key)

    def void_return(self, return_id: str, body: JsonObject | None = None, *, key: str) -> Answer:
        """Take a return back: what it had reserved is free again."""
        return self._post(f"returns/{return_id}/void", body or {}, key=key)

    def get_return(self, return_id: str, *, wait: str | None = None) -> JsonObject:
        """The return as it stands. `wait="refunds"` answers once the card processor has,
        `wait="decision"` once a manager has, wherever they are."""
        path = f"returns/{return_id}"
        return self._wait(path, {"wait": wait}) if wait else self._get(path)

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

    def follow(
        self, cursor: CursorStore, *, stop: threading.Event | None = None, pause: float = PAUSE
    ) -> Iterator[JsonObject]:
        """The items of the change feed, for ever or until `stop` is set; see `client.follow`.

        Outages are waited for. CursorExpiredError when the feed no longer reaches back to the
        cursor; ProblemError for whatever waiting cannot mend.
        """

        def read_page(after: str | None, wait: int) -> JsonObject:
            params = {"limit": "500", "wait": str(wait)} | ({"after": after} if after else {})
            return self._wait("changes", params) if wait else self._get("changes", params)

        return follow(read_page, cursor, stop=stop or threading.Event(), pause=pause)

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> JsonObject:
        return self._line.call("GET", self._line.root + path, params=params).data

    def resync(self) -> Iterator[JsonObject]:
        """How things stand, page by page, for a register whose cursor has expired.

        Each is {"after", "items", "next"}. The items are in the words of the feed: deal with them
        alike, and when you have all, store `after` as your cursor. It is the same on each page.
        """
        page = self._get("changes/resync")
        yield page
        while page.get("next"):
            page = self._next_page(page["next"])
            yield page

    def _wait(self, path: str, params: Mapping[str, str]) -> JsonObject:
        """Asked where the server lets us wait; if that is not to be had, where it answers at once."""
        if not self._waits_at:
            self._waits_at = str(self.whoami().get("stream_url") or self._line.root)
        try:
            url = self._waits_at + path
            return self._line.call("GET", url, params=params, retry=ONCE).data
        except UnreachableError:
            return self._get(path, params)
        except ProblemError as problem:
            if not is_worth_repeating(problem.status, problem.code):
                raise
            return self._get(path, params)

    def _next_page(self, link: str) -> JsonObject:
        # Only path and query are taken from the link: the token goes to our server, nobody else.
        base, target = urlsplit(self._line.root), urlsplit(link)
        url = target._replace(scheme=base.scheme, netloc=base.netloc).geturl()
        return self._line.call("GET", url).data

    def _post(self, path: str, body: JsonObject, *, key: str = "") -> Answer:
        return self._line.call("POST", self._line.root + path, body=body, key=key)
