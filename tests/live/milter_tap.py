# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Stands between an MTA and a milter on a unix socket, passes all on, notes what the MTA sent."""

import contextlib
import os
import socket
import struct
import threading


class MilterTap:
    """A context manager. `path`: where the MTA finds it; `milter`: the milter's socket, unix:PATH.
    .packets: (command, data) of all that MTAs sent, in order (libmilter/mfdef.h: SMFIC_)."""

    def __init__(self, path, milter):
        self.socket = f"unix:{path}"
        self.packets = []
        self._milter = milter.removeprefix("unix:")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        os.chmod(path, 0o666)
        self._listener.listen()

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    def commands(self):
        """The commands that arrived, without the macros that go before them."""
        return {command for command, _ in self.packets if command != "D"}

    def macros(self, command):
        """Names of the macros sent before any of these commands."""
        names = set()
        for kind, data in self.packets:
            if kind == "D" and data[:1] == command.encode():
                names |= {name.decode() for name in data[1:].split(b"\0")[:-1:2]}
        return names

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                mta, _ = self._listener.accept()
                milter = socket.socket(socket.AF_UNIX)
                milter.connect(self._milter)
                for work in (self._note, self._copy):
                    threading.Thread(target=work, args=[mta, milter], daemon=True).start()

    def _note(self, mta, milter):
        with contextlib.suppress(OSError), mta.makefile("rb") as packets:
            while size := packets.read(4):
                packet = packets.read(struct.unpack(">I", size)[0])
                self.packets.append((chr(packet[0]), packet[1:]))
                milter.sendall(size + packet)
        with contextlib.suppress(OSError):
            milter.shutdown(socket.SHUT_WR)

    @staticmethod
    def _copy(mta, milter):
        with contextlib.suppress(OSError), mta, milter:
            while data := milter.recv(65536):
                mta.sendall(data)
