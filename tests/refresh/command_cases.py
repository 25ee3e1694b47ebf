# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""The command as a whole: the daemon is told, runs do not overlap, exit codes."""

import os
import shutil
import signal

from cases import Skip, equal, holds
from state_files import crl_name
from world import LockedFile, Place

NOBODY = 65534


class Signals:
    """Counts SIGUSR1 to this process."""

    def __enter__(self):
        self.count = 0
        self._before = signal.signal(signal.SIGUSR1, self._take)
        return self

    def _take(self, *_):
        self.count += 1

    def __exit__(self, *_):
        signal.signal(signal.SIGUSR1, self._before)


def test_the_daemon_is_told_of_changes_only(world):
    place = Place(world, "daemon", known=[world.leaf])
    with Signals() as signals, LockedFile(place.path("forcetlsd.lock")):
        run = place.refresh()
        equal([run.code, signals.count], [0, 1])
        equal(run.lines[-1], f"forcetlsd {place.state}: process {os.getpid()} reloads")
        run = place.refresh()
        equal([run.lines[-1], signals.count], [f"forcetlsd {place.state}: nothing changed", 1])
    os.unlink(place.path(crl_name(world.crl_url)))
    run = place.refresh()  # the file is there, but nobody holds the lock
    equal([run.code, run.lines[-1]],
          [0, f"forcetlsd {place.state}: not running, or without [trust]"])


def test_one_run_at_a_time(world):
    place = Place(world, "twice", known=[world.leaf])
    with LockedFile(place.path("refresh.lock")):
        run = place.refresh()
    equal([run.code, run.lines, run.errors],
          [75, [], "forcetls refresh: another run is under way\n"])
    equal(world.server.asked, [])
    equal(place.refresh().code, 0)


def test_dry_run_writes_nothing(world):
    place = Place(world, "dry", known=[world.leaf])
    with Signals() as signals, LockedFile(place.path("forcetlsd.lock")):
        run = place.refresh("--dry-run")
        equal([run.code, signals.count], [0, 0])
    holds(run.line(f"crl {world.crl_url} (mail.contoso.com): "), "OK, until")
    equal(run.lines[-1], f"forcetlsd {place.state}: nothing written: --dry-run")
    equal(os.listdir(place.state), ["forcetlsd.lock"])


def test_nothing_known_nothing_asked(world):
    place = Place(world, "empty")
    run = place.refresh()
    equal([run.code, run.lines], [0, [f"forcetlsd {place.state}: nothing changed"]])


def test_a_state_directory_that_cannot_be_used(world):
    place = Place(world, "no-state", known=[world.leaf])
    shutil.rmtree(place.state)
    run = place.refresh()
    equal([run.code, run.errors],
          [73, f"forcetls refresh: {place.state}: No such file or directory\n"])
    os.makedirs(place.state)
    with open(place.path("crl"), "wb") as out:
        out.write(b"a file")
    equal(place.refresh().code, 73)


def test_root_works_as_the_owner_of_the_state_directory(world):
    if os.geteuid() != 0:
        raise Skip("needs root")
    place = Place(world, "owner", known=[world.leaf])
    os.chown(place.state, NOBODY, NOBODY)
    equal(place.refresh().code, 0)
    owners = {os.stat(place.path(name)).st_uid
              for name in ("refresh.lock", "crl", "ocsp", crl_name(world.crl_url))}
    equal(owners, {NOBODY})
    os.unlink(place.path(crl_name(world.crl_url)))
    with LockedFile(place.path("forcetlsd.lock")):
        run = place.refresh()
    equal([run.code, run.lines[-1]],
          [75, f"forcetlsd {place.state}: process {os.getpid()} cannot be told to reload: "
               "Operation not permitted"])
    os.chown(place.path("crl"), 0, 0)
    run = place.refresh()
    equal([run.code, run.errors.splitlines()[0]],
          [77, f"forcetls refresh: {place.path('crl')}: Permission denied"])


def test_a_mistake_in_the_configuration(world):
    place = Place(world, "mistake", text="[inbound a]\nmatch-sendr = a.example\n")
    run = place.refresh()
    equal(run.code, 78)
    holds(run.errors, "unknown key 'match-sendr'")


def test_mistakes_on_the_command_line(world):
    place = Place(world, "usage")
    for arguments in (["--resolver", "dns.example"], ["--port", "0"], ["--port", "70000"],
                      ["extra"]):
        equal([arguments, place.refresh(*arguments).code], [arguments, 64])
    for timeout in ("0", "601", "x"):
        equal([timeout, place.refresh(timeout=timeout).code], [timeout, 64])
    holds(place.refresh("--resolver", "dns.example").errors, "bad --resolver")
