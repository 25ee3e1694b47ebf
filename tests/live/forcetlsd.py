# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A forcetlsd for a real mail server, in the foreground with a configuration of its own.

    with BaseDirectory() as base, Forcetlsd(base, "[inbound contoso]\\n...") as milter:
        with Postfix(base, pki, milter=milter.socket) as mta:
            deliver(mta.smtp, "a@contoso.com")
            milter.wait_log("connector=contoso")

    with Forcetlsd(base, "[outbound contoso]\\n...", outbound="inet:8892@127.0.0.1") as forcetlsd:
        main_cf = {"smtp_tls_policy_maps": forcetlsd.table("postfix-tls")}
        forcetlsd.ask("postfix-tls", "contoso.com")                   # "OK encrypt", "NOTFOUND "

It runs as user nobody, as it does in earnest. Start and reload wait for READY=1.
"""

import grp
import os
import re
import select
import signal
import socket
import time

import instance
import socketmap_client


def find_program():
    """forcetlsd of the build tree that the environment names (make check-live does), or of the
    current directory."""
    program = os.path.join(os.environ.get("abs_top_builddir", os.getcwd()), "src", "forcetlsd")
    if not os.access(program, os.X_OK):
        raise instance.Unavailable(f"no program {program}")
    return program


class Forcetlsd(instance.Logged):
    """A context manager; start() and stop() by hand do the same.

    base     BaseDirectory; a directory of its own is made in it.
    config    forcetls.conf; user, socket and socket-group are added to [milter] where not given.
    program   default: find_program().
    socket    unix:PATH, inet:PORT@HOST; default: a unix socket that both MTAs can reach. Give it
              here, not in `config`.
    settings  further keys for [milter] ({name: value}), added like these.
    outbound  socket of [outbound-map], as `socket`; None: there is no such section but in `config`.
    before    words in front of the command, such as unshare(1) with its options.

    .socket as given to an MTA's milter=; .config_file, .log_file, .pid."""

    def __init__(self, base, config, program=None, socket=None, settings=None, outbound=None,
                 before=()):
        self._program = program or find_program()
        directory = base.sub("forcetlsd")
        self.socket = socket or f"unix:{directory}/milter.sock"
        self.config_file, self.log_file, self._notify_path = (
            os.path.join(directory, one) for one in ("forcetls.conf", "forcetlsd.log", "notify"))
        self._daemon = self._notifications = None
        self._settings = {"socket": self.socket, "user": "nobody", **(settings or {})}
        if self.socket.startswith("unix:") and _is_group("postfix"):
            self._settings.setdefault("socket-group", "postfix")
        self._outbound, self._before = outbound, list(before)
        self._outbound_settings = {"socket": outbound} if outbound else {}
        if str(outbound).startswith("unix:") and _is_group("postfix"):
            self._outbound_settings["socket-group"] = "postfix"
        self.write_config(config)

    @property
    def pid(self):
        return self._daemon.pid

    def write_config(self, config):
        """Takes force with start() or reload()."""
        with open(self.config_file, "w", encoding="utf-8") as out:
            out.write(self._complete(config))

    def start(self):
        self._open_notifications()
        # Sanitizers are told what to do by the environment.
        env = {**os.environ, "NOTIFY_SOCKET": self._notify_path}
        command = [*self._before, self._program, "-f", "-c", self.config_file]
        self._daemon = instance.Daemon(command, "forcetlsd", env=env, output=self.log_file)
        try:
            self._wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        if self._daemon:
            self._daemon.stop()
            self._daemon = None
        if self._notifications:
            self._notifications.close()
            os.unlink(self._notify_path)
            self._notifications = None

    def kill(self):
        """SIGKILL: nothing is tidied up. start() goes on."""
        self._daemon.signal(signal.SIGKILL)
        self.stop()

    def running(self):
        return bool(self._daemon) and self._daemon.running()

    def table(self, name):
        """The map of this name at [outbound-map], as in main.cf."""
        kind, _, where = self._outbound.partition(":")
        if kind == "inet":
            port, _, host = where.partition("@")
            where = f"{host}:{port}"
        return f"socketmap:{kind}:{where}:{name}"

    def ask(self, name, key):
        """What [outbound-map] answers to one query, as text."""
        return socketmap_client.ask(self._outbound, name, key)

    def reload(self, config=None):
        """Writes the new text, if any, sends SIGUSR1 and waits until the daemon is done. What it
        logged meanwhile: a refused configuration is told there only."""
        if config is not None:
            self.write_config(config)
        before = len(self.log())
        while select.select([self._notifications], [], [], 0)[0]:
            self._notifications.recv(4096)
        self._daemon.signal(signal.SIGUSR1)
        self._wait_ready()
        return self.log()[before:]

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def _complete(self, config):
        if self._outbound:
            config = _with_keys(config, "outbound-map", self._outbound_settings)
        return _with_keys(config, "milter", self._settings)

    def _open_notifications(self):
        self._notifications = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notifications.bind(self._notify_path)
        os.chmod(self._notify_path, 0o666)

    def _wait_ready(self, timeout=60.0):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and self._daemon.running():
            if select.select([self._notifications], [], [], 0.1)[0]:
                if b"READY=1" in self._notifications.recv(4096).split(b"\n"):
                    return
        raise instance.Failed(f"forcetlsd is not ready:\n{self.log()[-3000:]}")


def _with_keys(config, section, settings):
    """The configuration with those of these keys added that the section, perhaps missing, lacks."""
    head, found, tail = config.partition(f"[{section}]\n")
    given = tail.partition("\n[")[0]
    missing = "".join(f"{key} = {value}\n" for key, value in settings.items()
                      if not re.search(rf"^{key}\s*=", given, re.MULTILINE))
    if found:
        return f"{head}[{section}]\n{missing}{tail}"
    return f"[{section}]\n{missing}{config}"


def _is_group(name):
    return any(group.gr_name == name for group in grp.getgrall())
