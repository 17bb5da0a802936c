"""A production start behind a proxy that ends TLS: its headers, its cookies, and logging in with them."""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
import sys
import threading
from base64 import b32decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf.global_settings import PASSWORD_HASHERS
from django_otp.oath import totp

from apps.accounts.models import Role
from apps.accounts.services import create_user
from stack.processes import Child, free_port, wait_until
from stack.valkey import Valkey
from tests.admin.conftest import PASSWORD
from tests.flows.processes import database_url

NAME = "returns.example"


def make_certificate(folder: Path) -> Path:
    """Key and certificate of NAME, signed by itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "tls.pem"
    file.write_bytes(text + made.public_bytes(serialization.Encoding.PEM))
    return file


@contextmanager
def ending_tls(certificate: Path, upstream: int) -> Iterator[int]:
    """A proxy: it says who came and how, whatever the client said of that. Its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    line, _ = listening.accept()
                    with suppress(OSError), context.wrap_socket(line, server_side=True) as secure:
                        _pass_on(secure, upstream)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def _pass_on(line: ssl.SSLSocket, upstream: int) -> None:
    said = line.makefile("rb")
    head = b"".join(iter(said.readline, b"\r\n"))
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    body = said.read(int(length[1])) if length else b""
    own = b"X-Forwarded-Proto: https\r\nX-Forwarded-For: 192.0.2.7\r\nConnection: close\r\n\r\n"
    kept = re.sub(rb"(?im)^(x-forwarded-[a-z]+|connection):.*\r\n", b"", head)
    with socket.create_connection(("127.0.0.1", upstream), 30) as server:
        server.sendall(kept + own + body)
        while answer := server.recv(65536):
            line.sendall(answer)


@dataclass
class Browser:
    """Keeps cookies, as they were set, and sends them back."""

    port: int
    certificate: Path
    cookies: dict[str, Morsel[str]] = field(default_factory=dict)
    page: str = ""

    def ask(self, path: str, form: dict[str, str] | None = None) -> http.client.HTTPResponse:
        context = ssl.create_default_context(cafile=str(self.certificate))
        plain = socket.create_connection(("127.0.0.1", self.port), 30)
        connection = http.client.HTTPConnection(NAME)
        connection.sock = context.wrap_socket(plain, server_hostname=NAME)
        sent = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        headers = {"Cookie": sent, "Host": NAME}
        if form is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"https://{NAME}",
            }
            token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', self.page)
            form = {**form, "csrfmiddlewaretoken": token[1] if token else ""}
        connection.request("GET" if form is None else "POST", path, urlencode(form or {}), headers)
        answer = connection.getresponse()
        self.page = answer.read().decode()
        for said in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= SimpleCookie(said)
        connection.close()
        return answer


@pytest.fixture
def browser(transactional_db: None, tmp_path: Path, broker: Valkey) -> Iterator[Browser]:
    """In front of a web server that was started as in production."""
    port, certificate = free_port(), make_certificate(tmp_path)
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "returns_mgmt.settings", "DATABASE_URL": database_url(),
        "REDIS_URL": broker.url, "DEVELOPMENT": "0", "SECRET_KEY": "x" * 50,
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": NAME, "PUBLIC_URL": f"https://{NAME}", "BEHIND_PROXY": "1",
    }  # fmt: skip
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port",
               str(port), "--workers", "1", "--no-ws", "returns_mgmt.wsgi:application"]  # fmt: skip
    web = Child("web", command, env=env, cwd=Path(__file__).parents[2], log=tmp_path / "web.log")
    web.start()
    try:
        assert wait_until(lambda: _listens(port), timeout=60, watch=[web]), web.last_words()
        with ending_tls(certificate, port) as tls:
            yield Browser(tls, certificate)
    finally:
        web.stop()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_one_logs_in_with_cookies_that_nobody_else_can_set_or_read(
    browser: Browser, settings: Any
) -> None:
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS  # those of production
    create_user(username="ines", password=PASSWORD, role=Role.IT_ADMINISTRATOR)

    first = browser.ask("/admin/login/")
    assert first.status == 200
    assert first.headers["Strict-Transport-Security"] == "max-age=31536000"
    answer = browser.ask("/admin/login/", {"username": "ines", "password": PASSWORD})
    assert answer.headers["Location"] == "/admin/login/set-up/", browser.page
    browser.ask("/admin/login/set-up/")
    secret = re.search(r'<code class="copyable">([A-Z2-7-]+)<', browser.page)
    assert secret, browser.page
    code = f"{totp(b32decode(secret[1].replace('-', ''))):06d}"
    assert browser.ask("/admin/login/set-up/", {"code": code}).status == 200
    home = browser.ask("/admin/")

    assert home.status == 200
    assert home.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert home.headers["Cache-Control"] == "no-store"
    assert set(browser.cookies) == {"__Host-sessionid", "__Host-csrftoken"}
    for morsel in browser.cookies.values():
        assert (morsel["secure"], morsel["httponly"], morsel["samesite"]) == (True, True, "Lax")
        assert (morsel["path"], morsel["domain"]) == ("/", "")  # else browsers refuse the prefix


def test_a_form_from_elsewhere_is_refused(browser: Browser) -> None:
    browser.ask("/admin/login/")
    browser.page = ""
    assert browser.ask("/admin/login/", {"username": "ines"}).status == 403
