"""Putting a file on an SFTP server: known by its host key, reached through the guard, once."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import paramiko

from apps.integrations.gateways.calling import Clock
from apps.integrations.gateways.outside import Failed, connected
from apps.integrations.policy.table import SftpSettings
from apps.integrations.states import SendProblem

READ_BACK_MAX = 16 * 1024 * 1024
_KEY_KINDS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)

# It reports what it raises as well; what went wrong stands in our log of calls.
logging.getLogger("paramiko").addHandler(logging.NullHandler())
logging.getLogger("paramiko").propagate = False


class NotPut(Exception):
    """The file is not there; `cause` groups it. `final`: no repetition heals it."""

    def __init__(self, cause: str, detail: str = "", *, final: bool = False) -> None:
        super().__init__(detail)
        self.cause, self.final = str(cause), final


def put_file(
    name: str,
    content: bytes,
    there: SftpSettings,
    credentials: Mapping[str, str],
    *,
    loopback: bool,
    clock: Clock,
) -> str:
    """Write it under another name, then rename it. "put", or "there already" with the same content.

    NotPut says why not.
    """
    with _session(there, credentials, loopback=loopback, clock=clock) as sftp:
        path = f"{there.folder.rstrip('/')}/{name}" if there.folder else name
        if _is_there(sftp, path, content):
            return "there already"
        draft = f"{there.folder.rstrip('/')}/.{name}.part" if there.folder else f".{name}.part"
        sftp.putfo(io.BytesIO(content), draft, file_size=len(content), confirm=True)
        sftp.rename(draft, path)  # the protocol's own: it never replaces a file
        return "put"


def list_folder(
    there: SftpSettings, credentials: Mapping[str, str], *, loopback: bool, clock: Clock
) -> int:
    """How many names the folder has. NotPut says why it cannot be read."""
    with _session(there, credentials, loopback=loopback, clock=clock) as sftp:
        return len(sftp.listdir(there.folder or "."))


@contextmanager
def _session(
    there: SftpSettings, credentials: Mapping[str, str], *, loopback: bool, clock: Clock
) -> Iterator[paramiko.SFTPClient]:
    try:
        with connected(there.host, there.port, loopback=loopback, total=clock.left) as (sock, _):
            transport = paramiko.Transport(sock)
            try:
                yield _logged_in(transport, there, credentials, clock)
            finally:
                transport.close()
    except Failed as error:
        raise NotPut(error.problem) from None
    except NotPut:
        raise
    except paramiko.AuthenticationException:
        raise NotPut("login refused") from None
    except paramiko.ssh_exception.IncompatiblePeer as error:
        raise NotPut("no common algorithm", str(error)) from None
    except (OSError, EOFError, paramiko.SSHException) as error:
        raise _translated(error, late=clock.is_over) from None


def _translated(error: Exception, *, late: bool) -> NotPut:
    """What the server said no to is an OSError of SFTP; everything else is the line."""
    if late or isinstance(error, TimeoutError):
        return NotPut(SendProblem.TIMED_OUT)
    if isinstance(error, OSError) and not isinstance(error, ConnectionError):
        return NotPut("refused by the server", str(error.strerror or error))
    return NotPut(SendProblem.BROKEN_OFF, str(error))


def _logged_in(
    transport: paramiko.Transport,
    there: SftpSettings,
    credentials: Mapping[str, str],
    clock: Clock,
) -> paramiko.SFTPClient:
    kind, _, key = there.host_key.partition(" ")
    accepted = ("rsa-sha2-512", "rsa-sha2-256") if kind == "ssh-rsa" else (kind,)
    transport.get_security_options().key_types = accepted
    transport.banner_timeout = transport.auth_timeout = transport.channel_timeout = clock.left
    transport.start_client(timeout=clock.left)
    if transport.get_remote_server_key().get_base64() != key:
        raise NotPut(
            SendProblem.NO_TRUST, "The server has another host key than the settings name."
        )
    if text := credentials.get("private_key"):
        transport.auth_publickey(there.user, _private_key(text, credentials.get("passphrase")))
    elif password := credentials.get("password"):
        transport.auth_password(there.user, password, fallback=False)
    else:
        raise NotPut("credentials", "missing: password or private_key")
    sftp = paramiko.SFTPClient.from_transport(transport)
    assert sftp is not None
    channel: Any = sftp.get_channel()
    channel.settimeout(clock.left)
    return sftp


def _private_key(text: str, passphrase: str | None) -> paramiko.PKey:
    for kind in _KEY_KINDS:
        try:
            return kind.from_private_key(io.StringIO(text), passphrase)
        except (paramiko.SSHException, ValueError):
            continue
    raise NotPut("credentials", "the private key, or its passphrase, cannot be read")


def _is_there(sftp: paramiko.SFTPClient, path: str, content: bytes) -> bool:
    """With the same content. NotPut when another file has that name."""
    try:
        size = sftp.stat(path).st_size or 0
    except FileNotFoundError:
        return False
    same = size == len(content)
    if same and size <= READ_BACK_MAX:
        with sftp.open(path, "rb") as file:
            same = file.read(size) == content
    if not same:
        raise NotPut("another file of this name", f"{path}: {size} bytes", final=True)
    return True
