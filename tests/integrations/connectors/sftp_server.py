"""A real SFTP server on loopback, over a folder of the test's own; it can lose its line at a certain step."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path
from typing import Any

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_FAILURE, SFTP_OK

PASSWORD = "open sesame"


class Doorkeeper(paramiko.ServerInterface):
    def __init__(self, server: SftpServer) -> None:
        self._server = server

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == ("till", PASSWORD)
        return AUTH_SUCCESSFUL if good else AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        good = username == "till" and key in self._server.known_keys
        return AUTH_SUCCESSFUL if good else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED


class Files(paramiko.SFTPServerInterface):
    """Each step is noted; the one named by `lose_line_after` is done, and its answer is lost."""

    server_side: SftpServer

    def __init__(self, server: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(server, *args, **kwargs)
        self._side: SftpServer = server._server

    def _done(self, step: str, answer: Any) -> Any:
        self._side.steps.append(step)
        if self._side.lose_line_after == step:
            self._side.lose_line_after = ""
            self._side.lose_line()
        return answer

    def _path(self, path: str) -> Path:
        return self._side.root / self.canonicalize(path).lstrip("/")

    def list_folder(self, path: str) -> Any:
        try:
            names = os.listdir(self._path(path))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return [paramiko.SFTPAttributes.from_stat(self._path(path).stat(), name) for name in names]

    def stat(self, path: str) -> Any:
        try:
            found: Any = paramiko.SFTPAttributes.from_stat(self._path(path).stat())
        except OSError as error:
            found = paramiko.SFTPServer.convert_errno(error.errno or 0)
        return self._done("stat", found)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        handle = paramiko.SFTPHandle(flags)
        try:
            file = os.fdopen(
                os.open(self._path(path), flags, 0o600), "r+b" if flags & os.O_WRONLY else "rb"
            )
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        handle.readfile = handle.writefile = file  # type: ignore[attr-defined]
        return self._done("open", handle)

    def rename(self, oldpath: str, newpath: str) -> int:
        if self._path(newpath).exists():
            return SFTP_FAILURE
        self._path(oldpath).rename(self._path(newpath))
        return int(self._done("rename", SFTP_OK))


class SftpServer:
    """Use as a context manager."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.host_key: paramiko.PKey = paramiko.ECDSAKey.generate()
        self.known_keys: list[paramiko.PKey] = []
        self.steps: list[str] = []
        self.lose_line_after = ""
        self.silent = False
        self.logins = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[tuple[paramiko.Transport | None, socket.socket]] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    @property
    def known_host(self) -> str:
        return f"{self.host_key.get_name()} {self.host_key.get_base64()}"

    def lose_line(self) -> None:
        """Nothing more is heard of what is open now."""
        for _, sock in self._open:
            sock.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            self.logins += 1
            if self.silent:
                self._open.append((None, sock))
                continue
            transport = paramiko.Transport(sock)
            transport.add_server_key(self.host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
            self._open.append((transport, sock))
            transport.start_server(threading.Event(), Doorkeeper(self))

    def __enter__(self) -> SftpServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()
        for transport, sock in self._open:
            if transport:
                transport.close()
            sock.close()
