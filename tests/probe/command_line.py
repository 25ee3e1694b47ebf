# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""--save, mistakes on the command line and in the configuration."""

import os
import re
import stat

from bench import files_in, value_of
from cases import equal, holds, lacks
from partner import servers_of_partner
from starttls_server import good, serve


def test_save_and_save_again(world):
    config = world.config("save")
    folder = os.path.join(os.path.dirname(config), "known.d")
    name = f"127.0.0.1-{world.pki.good.sha256[:16]}.pem"
    with serve(good, world.pki.good) as server:
        arguments = ["-c", config, "--save", f"127.0.0.1:{server.port}"]
        old = os.umask(0o077)
        try:
            code, out, err = world.probed(*arguments)
        finally:
            os.umask(old)
        equal((code, err), (0, ""))
        equal(value_of(out, "saved"),
              f"{folder}/{name}; reload the daemon (systemctl reload forcetlsd)")
        equal(files_in(folder), [name])
        path = os.path.join(folder, name)
        equal(stat.S_IMODE(os.stat(path).st_mode), 0o644)
        pems = re.findall(r"-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\n",
                          open(path, encoding="ascii").read())
        sent = open(world.pki.good.chain, encoding="ascii").read()
        equal(["".join(pem.split()) for pem in pems],
              ["".join(pem.split()) for pem in re.findall(
                  r"-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----", sent)])
        before = os.stat(path)
        code, out, err = world.probed(*arguments)
        equal((code, err), (0, ""))
        equal(value_of(out, "saved"), "no: it is known already")
        equal(value_of(out, "known"), f"yes, {path}")
        after = os.stat(path)
        equal((after.st_ino, after.st_mtime_ns), (before.st_ino, before.st_mtime_ns))
    equal(files_in(folder), [name])


def test_save_once_for_many_hosts(world):
    config = world.config("save-many")
    with servers_of_partner(world) as (four, _, names):
        code, out, _ = world.probed("-c", config, "--save", "--resolver",
                                    f"127.0.0.1:{names.port}", f"partner.test:{four.port}")
    equal(code, 0)
    equal(files_in(os.path.join(os.path.dirname(config), "known.d")),
          [f"mx1.partner.test-{world.pki.good.sha256[:16]}.pem"])
    equal(out.count("  saved "), 1)


def test_save_where_it_cannot(world):
    bare = world.config("save-bare", "[milter]\nmta = postfix\n")
    gone = world.config("save-gone")
    folder = os.path.join(os.path.dirname(gone), "known.d")
    os.rmdir(folder)
    with serve(good, world.pki.good) as server:
        target = f"127.0.0.1:{server.port}"
        cases = [
            (bare, 78, "--save: the configuration has no [trust] known-certificates"),
            (world.nowhere, 66, f"cannot read {world.nowhere}"),
        ]
        for config, code, text in cases:
            equal(world.probed("-c", config, "--save", target),
                  (code, "", f"forcetls probe: {text}\n"))
        code, _, err = world.probed("-c", gone, "--save", target)
        equal(code, 78)
        holds(err, folder)
        equal(server.heard, [])
        full = world.config("save-full")
        os.mkdir(os.path.join(os.path.dirname(full), "known.d",
                              f"127.0.0.1-{world.pki.good.sha256[:16]}.pem"))
        code, _, err = world.probed("-c", full, "--save", target)
    equal(code, 73)
    holds(err, "forcetls probe: cannot write ", ": Is a directory\n")
    equal(len(files_in(os.path.join(os.path.dirname(full), "known.d"))), 1)


def test_usage(world):
    what = "a domain, a host or an IP address ([2001:db8::1]:25 with a port)"
    config = world.config("usage")
    cases = [
        ([], "HOST is required"),
        (["a@contoso.com"], f"bad argument 'a@contoso.com'; expected {what}"),
        (["contoso.com:0"], f"bad argument 'contoso.com:0'; expected {what}"),
        (["x\x1b[31m"], f"bad argument 'x?[31m'; expected {what}"),
        (["a.test", "--timeout", "0"], "bad --timeout; expected 1 to 300 seconds"),
        (["a.test", "--resolver", "dns.test"],
         "bad --resolver 'dns.test'; expected an IP address, perhaps with a port"),
        (["a.test", "--helo", "a\r\nMAIL"], "bad --helo 'a??MAIL'; expected a host name"),
        (["a.test", "b.test"], "unexpected argument 'b.test'"),
    ]
    for arguments, text in cases:
        equal(world.probed("-c", config, *arguments), (64, "", f"forcetls probe: {text}\n"))


def test_configuration(world):
    broken = world.config("broken", "[trust]\nca-flie = x\n")
    empty = world.config("empty", "")
    with serve(good, world.pki.good) as server:
        target = f"127.0.0.1:{server.port}"
        code, out, err = world.probed("-c", broken, target)
        equal((code, out), (78, ""))
        holds(err, f"{broken}:2: error: unknown key 'ca-flie' in [trust]")
        equal(world.probed("-c", world.nowhere, target),
              (66, "", f"forcetls probe: cannot read {world.nowhere}\n"))
        equal(server.heard, [])
        code, out, err = world.probed("-c", empty, target)
        equal((code, err), (0, ""))
        equal(value_of(out, "trust").split(":")[0], "untrusted")
        lacks(out, "  rule ")
        default = re.search(r"-c FILE=(\S+)", world.probed("--help")[1]).group(1)
        if not os.path.exists(default):
            code, out, err = world.probed(target)
            equal(code, 0)
            equal(err, f"forcetls probe: cannot read {default}: judged by the system's trust "
                       "anchors, and by no rules\n")
            lacks(out, "  rule ")
