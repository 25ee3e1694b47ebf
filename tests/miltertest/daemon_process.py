# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A forcetlsd of one's own: started in the foreground with a configuration in a temporary
directory, its log read line by line, ended by its process id. Waits for events, never sleeps."""

import itertools
import os
import queue
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

_SUPPRESSIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libmilter.tsan")
_numbers = itertools.count()
TIMEOUT = 60  # seconds; sanitizers and busy machines are slow


class Place:
    """A temporary directory with a configuration and the socket's path."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="forcetls-milter-")
        os.chmod(self.path, 0o755)
        self.config = os.path.join(self.path, "forcetls.conf")
        self.socket = os.path.join(self.path, "milter.sock")

    def write(self, text, user="", milter=True):
        """Writes `text`; a [milter] section for this place comes first, or is completed."""
        if milter:
            user = user or ("root" if os.geteuid() == 0 else "")
            head, found, tail = text.partition("[milter]\n")
            given = found and "socket =" in tail.partition("\n[")[0]
            own = "" if given else f"socket = unix:{self.socket}\n"
            own += f"user = {user}\n" if user else ""
            text = f"{head}[milter]\n{own}{tail}" if found else f"[milter]\n{own}{text}"
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def forcetlsd(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=TIMEOUT,
                          stdin=subprocess.DEVNULL, check=False)


def refused_start(program, place, code, text):
    result = forcetlsd(program, "-f", "-c", place.config)
    assert result.returncode == code and text in result.stderr, result


class Daemon:
    def __init__(self, program, place, wait=True):
        self.place = place
        self.lines = []
        self._changed = threading.Condition()
        self._ended = False
        self._notify_socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify_path = os.path.join(place.path, f"notify{next(_numbers)}")
        self._notify_socket.bind(notify_path)
        os.chmod(notify_path, 0o777)
        sanitizer = os.environ.get("TSAN_OPTIONS", "") + f" suppressions={_SUPPRESSIONS}"
        self.process = subprocess.Popen(
            [program, "-f", "-c", place.config], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, errors="replace",
            env=os.environ | {"NOTIFY_SOCKET": notify_path, "TSAN_OPTIONS": sanitizer})
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._notified = queue.Queue()
        threading.Thread(target=self._read_notifications, daemon=True).start()
        if wait:
            self.wait_for("is ready on")

    def _read(self):
        for line in self.process.stderr:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _read_notifications(self):
        # At once: a daemon waits for a service manager that does not read.
        while message := self._notify_socket.recv(4096):
            self._notified.put(message.decode())

    def wait_for(self, text, count=1):
        """The `count`th line that holds `text`."""
        def find():
            found = [line for line in self.lines if text in line]
            return found[count - 1] if len(found) >= count else None
        with self._changed:
            self._changed.wait_for(lambda: find() or self._ended, TIMEOUT)
            line = find()
        assert line, f"no line {text!r} in the log:\n" + "\n".join(self.lines)
        return line

    def count(self, text):
        with self._changed:
            return sum(text in line for line in self.lines)

    def next_notification(self):
        return self._notified.get(timeout=TIMEOUT)

    def signal(self, number):
        self.process.send_signal(number)

    def reload(self):
        """Sends SIGUSR1 and waits until the new configuration is in force."""
        before = self.count("is in force, ")
        self.signal(signal.SIGUSR1)
        self.wait_for("is in force, ", before + 1)

    def wait(self):
        """The exit code; the log is whole then."""
        code = self.process.wait(TIMEOUT)
        self._reader.join(TIMEOUT)
        return code

    def ended_well(self):
        code = self.wait()
        assert code == 0, f"exit code {code}:\n" + "\n".join(self.lines)

    def stop(self):
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        self.ended_well()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.stop()
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self._notify_socket.shutdown(socket.SHUT_RDWR)
