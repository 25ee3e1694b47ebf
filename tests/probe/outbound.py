# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether servers are what outbound connectors demand of them."""

import contextlib
import ssl

import name_server
from cases import equal
from starttls_server import good, saying, serve

DOMAIN = "partner.test"
TLS_1_2 = ssl.TLSVersion.TLSv1_2
OLD = saying(newest=TLS_1_2)
OLD_SUITE = saying(newest=TLS_1_2, ciphers="ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES128-GCM-SHA256")
WITHOUT_TLS = saying(ehlo="250 mx.local.test")
HEAD = "[trust]\nca-file = {ca}\n[outbound x]\nmatch-recipient = *.partner.test\n"
VERIFIED = "require-certificate = verified\n"
RULE = "require-certificate = c\n[certificate c]\n"
VERSION = "require-tls: wanted TLS 1.2 or newer; seen TLSv1.1"
NEWEST = "require-tls: wanted TLS 1.3 or newer; seen TLSv1.2"
UNTRUSTED = ("require-certificate: wanted a verified certificate; seen an untrusted certificate: "
             "The certificate issuer is unknown.")
SUITE = ("deny-ciphers: wanted another cipher suite; seen TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, "
         "chosen where all were offered")
TLSA = "require-certificate: wanted TLSA records; seen not asked for here"


@contextlib.contextmanager
def mail_servers(world, servers):
    """[(behaviour, identity)]: MX hosts mx1.partner.test, mx2..., all at one port; (port,
    resolver)."""
    zone, port = {(DOMAIN, "MX"): []}, 0
    with contextlib.ExitStack() as stack:
        for number, (behaviour, identity) in enumerate(servers, 1):
            name, address = f"mx{number}.{DOMAIN}", f"127.0.1.{number}"
            port = stack.enter_context(serve(behaviour, identity, address, port)).port
            zone[DOMAIN, "MX"].append((number, name))
            zone |= {(name, "A"): [address], (name, "AAAA"): []}
        yield port, f"127.0.0.1:{stack.enter_context(name_server.answer(zone)).port}"


def judged(world, name, config, servers, target=DOMAIN):
    """(exit code, of each server the lines on outbound connectors)"""
    with mail_servers(world, servers) as (port, resolver):
        path = world.config(name, config.replace("PORT", str(port)))
        code, out, err = world.probed("-c", path, "--resolver", resolver, f"{target}:{port}")
    equal(err, "")
    return code, [outbound_lines(part) for part in out.split(f".{DOMAIN} [127.0.1.")[1:]]


def outbound_lines(text):
    """What stands behind the label, and below it."""
    lines, within = [], False
    for line in text.splitlines():
        within = line.startswith("  outbound ") or (within and line.startswith(" " * 17))
        if within:
            lines.append(line.removeprefix("  outbound").strip())
    return lines


def told(digest):
    """As the program writes it."""
    return ":".join(digest[at:at + 2] for at in range(0, len(digest), 2)).upper()


def named(world, *names, **more):
    return world.pki.client(names[0], names=names, **more)


def test_each_demand(world):
    pki, own = world.pki, named(world, "mx1.partner.test")
    names = "require-certificate: wanted *.partner.test; seen mail.contoso.com"
    cases = [
        # What is demanded, server, result, what is not met.
        ("", (good, pki.selfsigned), "met"),
        ("", (saying(newest=ssl.TLSVersion.TLSv1_1), own), "not met", VERSION),
        ("require-tls = yes\n", (saying(newest=ssl.TLSVersion.TLSv1), own), "met"),
        ("require-tls = 1.3\n", (OLD, own), "not met", NEWEST),
        ("deny-ciphers = *-SHA\n", (good, own), "met"),
        ("deny-ciphers = *-SHA\n", (OLD_SUITE, own), "cannot be told", SUITE),
        ("deny-ciphers = *CHACHA20*\n", (OLD_SUITE, own), "met"),
        (VERIFIED, (good, own), "met"),
        (VERIFIED, (good, named(world, DOMAIN)), "met"),
        (VERIFIED, (good, named(world, "mx.other.test")), "not met",
         "require-certificate: wanted *.partner.test; seen mx.other.test"),
        (VERIFIED, (good, pki.selfsigned), "not met", UNTRUSTED, names),
        (VERIFIED, (good, named(world, "mx1.partner.test", issuer=pki.root_b)), "not met",
         UNTRUSTED),
        (VERIFIED, (good, named(world, "mx1.partner.test", usage="serverAuth")), "met"),
        (VERIFIED + "require-certificate-name = *.hosting.test\n",
         (good, named(world, "a.b.hosting.test")), "met"),
        (VERIFIED + "require-certificate-name = hosting.test\n", (good, own), "not met",
         "require-certificate: wanted hosting.test; seen mx1.partner.test"),
        (RULE + f"sha256 = {pki.selfsigned.sha256}\n", (good, pki.selfsigned), "met"),
        (RULE + f"sha256 = {pki.good.sha256}\n", (good, own), "not met",
         f"require-certificate: wanted {told(pki.good.sha256)}; seen {told(own.sha256)}"),
        (RULE + f"key-sha256 = {own.key_sha256}\n", (good, own), "met"),
        (RULE + "name = *.partner.test\n", (good, own), "met"),
        (RULE + "root = Test Root CA A\n", (good, own), "met"),
        (RULE + "root = Test Root CA A\n",
         (good, named(world, "mx1.partner.test", issuer=pki.root_c)), "not met",
         "require-certificate: wanted Test Root CA A; seen Test Root CA C"),
        (RULE + f"sha256 = {pki.good.sha256}\nvalid-until = 2020-01-01\n", (good, pki.good),
         "not met", "require-certificate: wanted c; seen no rule within its dates"),
        (RULE + f"sha256 = {pki.expired.sha256}\n", (good, pki.expired), "met"),
        ("require-certificate = dane\n", (good, pki.selfsigned), "cannot be told", TLSA),
        ("require-certificate = dane\nrequire-tls = 1.3\n", (OLD, own), "not met", NEWEST, TLSA),
        ("", (WITHOUT_TLS, own), "not met: no TLS"),
        ("mode = monitor\n", (good, own), "(monitor) met"),
        ("mode = monitor\n", (WITHOUT_TLS, own), "(monitor) not met: no TLS"),
        ("enforce-from = 2090-01-01\n" + VERIFIED, (good, pki.selfsigned), "(monitor) not met",
         UNTRUSTED, names),
        ("suspend-until = 2090-01-01\n", (good, own), "(suspended) met"),
    ]
    for number, (demand, server, result, *findings) in enumerate(cases):
        _, (lines,) = judged(world, f"outbound-{number}", HEAD + demand, [server])
        equal((demand, lines), (demand, [f"[outbound x] {result}", *findings]))


def test_each_server(world):
    servers = [(good, named(world, "mx1.partner.test")), (good, world.pki.selfsigned),
               (WITHOUT_TLS, world.pki.good), (OLD_SUITE, named(world, "mx4.partner.test"))]
    code, results = judged(world, "outbound-each", HEAD + VERIFIED + "deny-ciphers = *-SHA\n",
                           servers)
    equal(code, 69)
    equal([lines[0] for lines in results],
          [f"[outbound x] {result}" for result in
           ("met", "not met", "not met: no TLS", "cannot be told")])


def test_each_connector(world):
    """Those in monitor mode before the one that decides; others have no say."""
    config = HEAD.replace("[outbound x]", "[outbound wide]") + """require-tls = 1.3
[outbound exact]
match-recipient = partner.test
mode = monitor
require-certificate = verified
[outbound all]
match-recipient = *
"""
    _, (lines,) = judged(world, "outbound-many", config, [(OLD, world.pki.good)])
    equal(lines, ["[outbound exact] (monitor) not met",
                  "require-certificate: wanted *.partner.test; seen mail.contoso.com",
                  "[outbound wide] not met", NEWEST])


def test_other_domains_and_smart_hosts(world):
    config = """[trust]
ca-file = {ca}
[outbound other]
match-recipient = other.test
[outbound smart]
match-recipient = somebody.test
smart-host = [mx1.partner.test]:PORT
require-certificate = verified
require-certificate-name = mail.contoso.com
"""
    servers = [(good, world.pki.good)]
    equal(judged(world, "outbound-none", config, servers), (0, [[]]))
    equal(judged(world, "outbound-smart", config, servers, "[mx1.partner.test]"),
          (0, [["[outbound smart] met"]]))
    equal(judged(world, "outbound-smart-other", config, [(good, world.pki.selfsigned)],
                 "[mx1.partner.test]"),
          (0, [["[outbound smart] not met", UNTRUSTED]]))
