# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""What private mail servers on loopback share: a base directory, free ports, waiting for events,
processes that end, and the messages that came out. postfix.py and sendmail.py build on it."""

import email
import email.policy
import glob
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

# The servers that other tests use too lie one directory up.
sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Unavailable(Exception):
    """Something this machine lacks (root, a program): the test is to be skipped with exit 77."""


class Failed(Exception):
    """A server that did not start, stop or deliver in time; the text holds the end of its log."""


def require_root():
    if os.geteuid() != 0:
        raise Unavailable("real mail servers need root")


class BaseDirectory:
    """A context manager for a fresh directory that every user may traverse and only root may
    write. It lies in /run: Sendmail refuses a milter socket below a world-writable directory, and
    the path is short enough for unix sockets. Removed at the end. While it is in use SIGTERM ends
    the program by SystemExit, so that servers started in it end too."""

    def __init__(self, prefix="forcetls-live-"):
        require_root()
        self.path = tempfile.mkdtemp(prefix=prefix, dir="/run")
        os.chmod(self.path, 0o755)

    def sub(self, name):
        """A new 0755 directory in here; its name gets a number if taken."""
        for number in range(1000):
            path = os.path.join(self.path, f"{name}{number or ''}")
            if not os.path.exists(path):
                os.mkdir(path)
                os.chmod(path, 0o755)
                return path
        raise Failed(f"too many directories named {name}")

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self):
        self._before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        return self

    def __exit__(self, *_):
        self.remove()
        signal.signal(signal.SIGTERM, self._before)


_ports_given = set()


def free_port():
    """A TCP port free on 127.0.0.1 and ::1, below the range for outgoing connections and not
    given before by this process."""
    for _ in range(1000):
        port = random.randrange(12000, 32000)
        if port not in _ports_given and all(map(_can_bind, _addresses(port))):
            _ports_given.add(port)
            return port
    raise Failed("no free port")


def _addresses(port):
    yield socket.AF_INET, ("127.0.0.1", port)
    if have_ipv6():
        yield socket.AF_INET6, ("::1", port)


def have_ipv6():
    return _can_bind((socket.AF_INET6, ("::1", 0)))


def free_address(port, kind=socket.SOCK_STREAM):
    """A loopback address, another at each call, where this port is free."""
    for _ in range(100):
        address = "127." + ".".join(str(random.randrange(1, 255)) for _ in range(3))
        if _can_bind((socket.AF_INET, (address, port)), kind):
            return address
    raise Unavailable(f"no loopback address with a free port {port}")


def _can_bind(family_and_address, kind=socket.SOCK_STREAM):
    family, address = family_and_address
    try:
        with socket.socket(family, kind) as probe:
            probe.bind(address)
        return True
    except OSError:
        return False


def wait_for(condition, what, timeout=20.0, process=None):
    """Polls `condition` until it returns something true, and returns that. Fails after `timeout`
    seconds, or at once when `process` (a Daemon) has ended."""
    deadline = time.monotonic() + timeout
    pause = 0.002
    while True:
        result = condition()
        if result:
            return result
        if process is not None and not process.running():
            raise Failed(f"{process.name} ended while waiting for {what}")
        if time.monotonic() > deadline:
            raise Failed(f"no {what} within {timeout:g} s")
        time.sleep(pause)
        pause = min(pause * 2, 0.05)


def wait_for_file(path, timeout=20.0, process=None):
    wait_for(lambda: os.path.exists(path), path, timeout, process)


def wait_for_port(port, timeout=20.0, process=None):
    """Until something listens on this TCP port of this machine; makes no connection to it."""
    wait_for(lambda: _listening(port), f"listener on port {port}", timeout, process)


def _listening(port):
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = open(table, encoding="ascii").read().splitlines()[1:]
        except OSError:
            continue
        for words in map(str.split, lines):
            if words[3] == "0A" and int(words[1].rsplit(":", 1)[1], 16) == port:
                return True
    return False


class Daemon:
    """A process started in the foreground in a session of its own. stop() ends it and everything
    it has started: by session, and by working directory below `directory` where given."""

    def __init__(self, argv, name, directory=None, env=None, output=None):
        self.name = name
        self._directory = directory
        with open(output or os.devnull, "ab") as out:
            self._process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
                cwd=directory or "/", env=env or {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        self.pid = self._process.pid

    def running(self):
        return self._process.poll() is None

    def signal(self, number):
        self._process.send_signal(number)

    def family(self):
        """Process ids, zombies left out, of the daemon and all it has started."""
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
                if self._ours(pid)]

    def _ours(self, pid):
        try:
            stat = open(f"/proc/{pid}/stat", encoding="ascii", errors="replace").read()
            state, _, _, session = stat.rsplit(")", 1)[1].split()[:4]
            if state in "ZX":
                return False
            if int(session) == self.pid:
                return True
            here = os.readlink(f"/proc/{pid}/cwd") + "/"
            return bool(self._directory) and here.startswith(self._directory + "/")
        except OSError:
            return False

    def stop(self, timeout=10.0):
        """SIGTERM to the daemon, then to what it left, then SIGKILL. Returns when all are gone."""
        if self.running():
            self._process.terminate()
            try:
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.family():
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
            try:
                return wait_for(lambda: not self.family(), f"end of {self.name}", 5)
            except Failed:
                if number == signal.SIGKILL:
                    raise
        return None


class Logged:
    """What runs as self._daemon and logs to self.log_file."""

    _daemon = None
    log_file = None

    def log(self):
        """All that was logged so far, also by earlier starts."""
        try:
            return open(self.log_file, encoding="utf-8", errors="replace").read()
        except FileNotFoundError:
            return ""

    def wait_log(self, pattern, timeout=20.0):
        """Waits until the log has a match of this regular expression; the match."""
        found = re.compile(pattern)
        return wait_for(lambda: found.search(self.log()), f"log line {pattern!r}", timeout,
                        self._daemon)


@dataclass
class Message:
    """What came out of an MTA: envelope, and content as the next hop would get it."""

    sender: str
    recipients: list
    content: bytes
    queue_id: str = ""
    reason: str = ""           # of a quarantine, where the MTA keeps it (Sendmail)
    parsed: object = field(init=False, repr=False)

    def __post_init__(self):
        self.parsed = email.message_from_bytes(self.content, policy=email.policy.compat32)

    def headers(self, name):
        """All values of a header, top first, unfolded to single spaces."""
        return [" ".join(str(value).split()) for value in self.parsed.get_all(name, [])]

    @property
    def header_names(self):
        return [name.lower() for name in self.parsed.keys()]


DELIVER = """#!/bin/sh
# deliver DIRECTORY QUEUE-ID SENDER RECIPIENT...: keeps the message of standard input, and these
directory=$1
id=$2
sender=${3:-<>}
shift 3
file=$(mktemp "$directory/tmp.XXXXXXXXXX") || exit 75
{ printf '%s\\n' "$id" "$sender" "$@"; echo; cat; } > "$file" || exit 75
mv "$file" "$directory/msg.${file##*.}"
"""


class Mailbox:
    """Messages written by the `deliver` script, run by an MTA as user nobody; keep=False: the
    script only swallows them."""

    def __init__(self, directory, keep=True):
        self.path = os.path.join(directory, "delivered")
        self.script = os.path.join(directory, "deliver")
        os.mkdir(self.path)
        shutil.chown(self.path, "nobody", "nogroup")
        with open(self.script, "w", encoding="ascii") as out:
            out.write(DELIVER if keep else "#!/bin/sh\nexec cat > /dev/null\n")
        os.chmod(self.script, 0o755)

    def messages(self):
        """One Message for each queue id, oldest first, however many deliveries it took."""
        messages = {}
        for path in sorted(self._files(), key=lambda path: os.stat(path).st_mtime_ns):
            message = _read_message(path)
            known = messages.setdefault(message.queue_id, message)
            if known is not message:
                known.recipients.extend(message.recipients)
        return list(messages.values())

    def _files(self):
        return glob.glob(os.path.join(self.path, "msg.*"))

    def clear(self):
        for path in self._files():
            os.unlink(path)


def _read_message(path):
    with open(path, "rb") as file:
        envelope, _, content = file.read().partition(b"\n\n")
    queue_id, sender, *recipients = envelope.decode(errors="surrogateescape").split("\n")
    return Message("" if sender == "<>" else sender, recipients, content, queue_id)


def write_hosts(directory, hosts):
    """A file like /etc/hosts with these {address: name} and the loopback's; its path."""
    own = [("127.0.0.1", "localhost"), ("::1", "localhost"), ("127.0.0.1", "mx.local.test")]
    path = os.path.join(directory, "hosts")
    with open(path, "w", encoding="ascii") as out:
        out.writelines(f"{address} {name}\n" for address, name in [*(hosts or {}).items(), *own])
    return path
