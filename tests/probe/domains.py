# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Which servers are asked: domains, hosts, addresses, the DNS."""

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

import name_server
from cases import Skip, equal, holds
from partner import servers_of_partner, zone_of_partner

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def test_mail_exchangers_in_order_on_both_families(world):
    with servers_of_partner(world) as (four, six, names):
        code, out, err = world.probed("-c", world.config("mx"), "--helo", "probe.example.org",
                                      "--resolver", f"127.0.0.1:{names.port}",
                                      f"Partner.Test:{four.port}")
    equal((code, err), (0, ""))
    heads = [line for line in out.splitlines() if line.endswith(f":{four.port}")]
    equal(heads, [f"{host} [{address}]:{four.port}" for host in
                  ("mx1.partner.test", "mx2.partner.test") for address in ("::1", "127.0.0.1")])
    holds(out, "partner.test: mail goes to mx1.partner.test mx2.partner.test\n")
    equal(out.count("  certificates as at mx1.partner.test [::1]\n"), 3)
    equal(four.names, ["mx1.partner.test", "mx2.partner.test"])
    equal(four.heard, ["EHLO probe.example.org", "STARTTLS", "QUIT"] * 2)
    equal(len(six.heard), 6)


def test_what_domains_lead_to(world):
    def one(case):
        domain, code, expected = case
        seen_code, out, err = world.probed("-c", config, "--resolver", f"127.0.0.1:{names.port}",
                                           f"{domain}:{four.port}")
        equal((domain, seen_code), (domain, code))
        if code == 69 and "{port}" not in expected:
            equal((out, err), ("", f"forcetls probe: {expected} (--no-mx takes it as a host)\n"))
        else:
            holds(out, expected.format(port=four.port))

    cases = [
        ("pärtner.test", 0, "\nmx1.partner.test [127.0.0.1]:{port}\n"),
        ("mixed.test", 0, "\nmx1.partner.test [127.0.0.1]:{port}\n"),
        ("bare.test", 0, "\nbare.test [127.0.0.1]:{port}\n  TLS "),
        ("many.test", 0, "only the first 10 are asked\n"),
        ("half.test", 69, "\nnowhere.test:{port}\n  has no address\n"),
        ("lost.test", 69, "\nnowhere.test:{port}\n  has no address\n"),
        ("empty.test", 69, "\nempty.test:{port}\n  has no address\n"),
        ("badaddress.test", 69, "\nbadaddress.test:{port}\n  its address cannot be found: the name "
                                "server failed (SERVFAIL)\n"),
        ("nomail.test", 69, "nomail.test: takes no mail (null MX)"),
        ("odd.test", 69, "odd.test: its MX records name no host"),
        ("gone.test", 69, "gone.test: no such domain in the DNS"),
        ("broken.test", 69, "broken.test: the name server failed (SERVFAIL)"),
        ("refused.test", 69, "refused.test: the name server refused to answer (REFUSED)"),
        ("malformed.test", 69, "malformed.test: the name server's answer is malformed"),
        ("silent.test", 69, "silent.test: no answer from the name server"),
    ]
    config = world.config("domains")
    with servers_of_partner(world) as (four, _, names):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for _ in pool.map(one, cases):
                pass


def test_hosts_ask_for_no_mail_exchanger(world):
    config = world.config("hosts")
    with servers_of_partner(world) as (four, _, names):
        for arguments in ((f"[partner.test]:{four.port}",), ("--no-mx", f"bare.test:{four.port}")):
            world.probed("-c", config, "--resolver", f"127.0.0.1:{names.port}", *arguments)
    equal([kind for _, kind in names.asked], ["AAAA", "A"] * 2)


def test_addresses_as_typed(world):
    config = world.config("addresses")
    with servers_of_partner(world) as (four, _, names):
        for typed, shown in ((f"127.0.0.1:{four.port}", "127.0.0.1 [127.0.0.1]"),
                             (f"[::1]:{four.port}", "::1 [::1]")):
            code, out, _ = world.probed("-c", config, "--resolver", f"[127.0.0.1]:{names.port}",
                                        typed)
            equal(code, 0)
            holds(out, f"\n{shown}:{four.port}\n")
    equal(names.asked, [])


def test_name_server_by_ipv6_and_hosts_of_the_system(world):
    config = world.config("ipv6-dns")
    with servers_of_partner(world) as (four, _, _):
        with name_server.answer(zone_of_partner(), "::1") as names:
            code, out, _ = world.probed("-c", config, "--resolver", f"[::1]:{names.port}",
                                        f"bare.test:{four.port}")
            equal(code, 0)
        code, out, _ = world.probed("-c", config, "--no-mx", f"localhost:{four.port}")
        equal(code, 0)
        holds(out, f"localhost [127.0.0.1]:{four.port}\n")


def test_ipv6_without_a_route_is_no_failure(world):
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    inside = ["unshare", *as_root, "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"]
    if not shutil.which("unshare") or subprocess.run(inside + ["true"], capture_output=True,
                                                     check=False).returncode:
        raise Skip("cannot make a network namespace")
    script = """import sys; sys.path[:0] = sys.argv[1:3]; sys.dont_write_bytecode = True
import name_server, pki, starttls_server, subprocess
good = pki.make_pki(sys.argv[3] + "/other-pki").good
zone = {("both.test", "AAAA"): ["2001:db8::1"], ("both.test", "A"): ["127.0.0.1"],
        ("six.test", "AAAA"): ["2001:db8::1"]}
with starttls_server.serve(starttls_server.good, good) as server, name_server.answer(zone) as names:
    for host in ("both", "six"):
        done = subprocess.run(sys.argv[4:] + ["--no-mx", "--resolver", f"127.0.0.1:{names.port}",
                              f"{host}.test:{server.port}"], check=False)
        print("exit code", done.returncode, flush=True)
"""
    done = subprocess.run(
        inside + [sys.executable, "-c", script, TESTS, os.path.join(TESTS, "live"), world.folder,
                  world.program, "probe", "-c", world.config("no-route")],
        capture_output=True, text=True, timeout=20, check=False)
    equal(done.stderr, "")
    equal(done.stdout.count("  network is unreachable; this machine has no route there\n"), 2)
    equal(re.findall(r"exit code (\d+)", done.stdout), ["0", "69"])
