# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""What `forcetls export` prints: read by postmap and makemap, and in use by both MTAs."""

import os
import re
import shutil
import subprocess

import mail_sink
from instance import Unavailable, wait_for
from live_bench import Skip, Suite, expect
from mail_sink import good, speaking
from sendmail_outbound_bench import OutboundBench, run_export
from sending_postfix import SendingPostfix
from smtp_client import Client

SUITE = Suite(OutboundBench)
CONFIG = """[outbound encrypt]
match-recipient = *.encrypt.test
[outbound named]
match-recipient = *.named.test
require-certificate = verified
require-certificate-name = mail.contoso.com
smart-host = [relay.test]:25
[outbound later]
match-recipient = *.later.test
require-certificate = later
[certificate later]
name = mail.contoso.com
valid-from = 2090-01-01
[outbound broken]
match-recipient = *.broken.test
suspend-until = 2090-01-01
[outbound watched]
match-recipient = *.watched.encrypt.test
mode = monitor
"""
WAITS = re.compile(r"to=<user@.*status=deferred \(TLS is required, but was not offered")


def entries(table):
    return [line for line in table.splitlines() if not line.startswith("#")]


def servers(pki):
    """{domain: (behaviour, identity)}; what is to become of mail to them is each MTA's table."""
    return {
        "without.encrypt.test": (mail_sink.without_starttls, None),
        "stripped.encrypt.test": (mail_sink.stripped, None),
        "self.encrypt.test": (good, pki.selfsigned),
        "below.watched.encrypt.test": (mail_sink.without_starttls, None),
        "without.named.test": (mail_sink.without_starttls, None),
        "right.named.test": (good, pki.good),
        "name.named.test": (good, pki.wrong_name),
        "own.named.test": (good, None),
        "self.named.test": (good, pki.selfsigned),
        "ca.named.test": (good, pki.untrusted),
        "right.later.test": (good, pki.good),
        "plain.broken.test": (mail_sink.without_starttls, None),
        "plain.free.test": (mail_sink.without_starttls, None),
    }


WEAK = "deferred 403 4.7.0 encryption too weak 0 less than 1"
SENDMAIL = {
    "without.encrypt.test": WEAK, "stripped.encrypt.test": WEAK, "self.encrypt.test": "sent",
    "below.watched.encrypt.test": WEAK,
    "without.named.test": "deferred 403 4.7.0 other side does not support STARTTLS",
    "right.named.test": "sent",
    "name.named.test": "deferred 403 4.7.0 CN mail.fabrikam.com does not match mail.contoso.com",
    "own.named.test": "deferred 403 4.7.0 CN mx.own.named.test does not match mail.contoso.com",
    "self.named.test": "deferred 403 4.7.0 authentication failed",
    "ca.named.test": "deferred 403 4.7.0 authentication failed",
    "right.later.test":
        "deferred 403 4.7.0 CN mail.contoso.com does not match no-rule-counts-now.invalid",
    "plain.broken.test": "sent", "plain.free.test": "sent",
}
MISSING = "deferred 4.7.4 TLS is required, but was not offered by host *"
NOT_VERIFIED = "deferred 4.7.5 Server certificate not verified"
POSTFIX = {
    "without.encrypt.test": MISSING, "stripped.encrypt.test": MISSING,
    "self.encrypt.test": "sent *",
    "below.watched.encrypt.test": MISSING, "without.named.test": MISSING,
    "right.named.test": "sent *", "name.named.test": NOT_VERIFIED, "own.named.test": NOT_VERIFIED,
    "self.named.test": NOT_VERIFIED, "ca.named.test": NOT_VERIFIED,
    "right.later.test": "deferred 4.7.5 client TLS configuration problem",
    "plain.broken.test": "sent *", "plain.free.test": "sent *",
}


def check_servers(partners, send, wanted, clear_of):
    """Mail to each server has the outcome that is wanted, and none that waits was seen in the clear
    but for what clear_of() takes away."""
    for domain, outcome in wanted.items():
        sink = partners.sinks[f"mx.{domain}"]
        expect(str(send(f"user@{domain}")), outcome, domain)
        is_sent = outcome.startswith("sent")
        assert len(sink.mails) == is_sent, domain
        assert is_sent or not clear_of(sink), (domain, sink.clear)


def after_mail(sink):
    """Sendmail asks tls_rcpt once MAIL is sent."""
    return [line for line in sink.clear if not line.startswith(b"MAIL ")]


@SUITE.test("", only="sendmail")
def the_access_map_in_use(bench):
    table = run_export(bench, "sendmail", "--minimum-tls", "1.2", config=CONFIG)
    with bench.own("", asks=False, access=table) as own:
        for domain, (behaviour, identity) in servers(own.pki).items():
            own.partner(domain, behaviour, identity)
        check_servers(own.partners, own.mta.send, SENDMAIL, after_mail)


@SUITE.test("", only="sendmail")
def the_access_map_of_a_smart_host(bench):
    """TLS_Srv: whosever mail it is, and before MAIL."""
    table = run_export(bench, "sendmail", "--minimum-tls", "1.2", config=CONFIG)
    with bench.own("", asks=False, access=table,
                   routes={"relayed.test": "relay.test", "named.test": "relay.test"}) as own:
        sink = own.partner("relay.test", mail_sink.without_starttls, host="relay.test")
        for domain in ("relayed.test", "named.test"):
            expect(str(own.mta.send(f"user@{domain}")),
                   "deferred 403 4.7.0 other side does not support STARTTLS")
        assert sink.heard and not sink.clear


@SUITE.test("", only="sendmail")
def the_access_map_of_everybody(bench):
    table = run_export(bench, "sendmail", config="[outbound all]\nmatch-recipient = *\n"
                       "require-tls = yes\n[outbound broken]\nmatch-recipient = *.broken.test\n"
                       "suspend-until = 2090-01-01\n")
    with bench.own("", asks=False, access=table) as own:
        for domain, wanted in (("any.test", WEAK), ("below.broken.test", "sent"),
                               ("broken.test", "sent"), ("xbroken.test", WEAK)):
            sink = own.partner(domain, mail_sink.without_starttls)
            expect(str(own.mta.send(f"user@{domain}")), wanted, domain)
            assert wanted == "sent" or not after_mail(sink), domain


@SUITE.test("", only="sendmail")
def names_in_the_access_map_need_plain_sendmail(bench):
    """What the manual warns of: with check_cert_altnames a server's own name does for any CN."""
    table = run_export(bench, "sendmail", "--minimum-tls", "1.2", config=CONFIG)
    with bench.own("", asks=False, access=table, mc="FEATURE(`check_cert_altnames')\n") as own:
        own.partner("own.named.test", good)
        expect(str(own.mta.send("user@own.named.test")), "sent")


@SUITE.test("", only="sendmail")
def makemap_reads_it(bench):
    table = run_export(bench, "sendmail", "--minimum-tls", "1.2", config=CONFIG)
    path = os.path.join(bench.base.sub("makemap"), "access")
    with open(path, "w", encoding="utf-8") as out:
        out.write(table)
    bench.mta.make_map(path)
    dumped = bench.mta.dump_map(path)
    wanted = [line.partition("\t") for line in entries(table)]
    assert sorted(dumped) == sorted(f"{key.lower()}\t{value}" for key, _, value in wanted), dumped


# Postfix.


@SUITE.test("", only="sendmail")
def postmap_reads_it(bench):
    if not shutil.which("postmap"):
        raise Skip("no postmap")
    table = run_export(bench, "postfix", config=CONFIG)
    folder = bench.base.sub("postmap")
    path = os.path.join(folder, "policy")
    with open(path, "w", encoding="utf-8") as out:
        out.write(table)
    with open(os.path.join(folder, "main.cf"), "w", encoding="utf-8") as out:
        out.write("compatibility_level = 3.6\n")
    kinds = [kind for kind in ("lmdb", "hash") if kind in run("postconf", "-c", folder, "-m")]
    for kind in kinds:
        run("postmap", "-c", folder, f"{kind}:{path}")
    for kind in ("texthash", *kinds):
        for line in entries(table):
            key, _, value = line.partition("\t")
            expect(run("postmap", "-c", folder, "-q", key, f"{kind}:{path}"), value + "\n", kind)
            expect(run("postmap", "-c", folder, "-q", key.upper(), f"{kind}:{path}"), value + "\n",
                   kind)
        for key in ("broken.test", ".broken.test", "test", "watched.test", "x.named.test"):
            expect(run("postmap", "-c", folder, "-q", key, f"{kind}:{path}", code=1), "", kind)


def run(*command, code=0):
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    assert done.returncode == code and not done.stderr, (command, done.stderr)
    return done.stdout


@SUITE.test("", only="sendmail")
def the_policy_table_in_use(bench):
    table = run_export(bench, "postfix", config=CONFIG)
    path = os.path.join(bench.base.sub("postfix-table"), "policy")
    with open(path, "w", encoding="utf-8") as out:
        out.write(table)
    with bench.own("") as own:
        for domain, (behaviour, identity) in servers(own.pki).items():
            own.partner(domain, behaviour, identity)
        try:
            with SendingPostfix(own.base, own.pki, own.partners.resolver,
                                main_cf={"smtp_tls_policy_maps": f"texthash:{path}"}) as mta:
                check_servers(own.partners, mta.send, POSTFIX, lambda sink: sink.clear)
        except Unavailable as reason:
            raise Skip(str(reason)) from reason


@SUITE.test("", only="sendmail")
def international_domains(bench):
    """Postfix asks for a domain as it is written: in the table it stands in both ways."""
    table = run_export(bench, "postfix", config="[outbound a]\nmatch-recipient = *.bücher.test\n")
    path = os.path.join(bench.base.sub("postfix-table"), "policy")
    with open(path, "w", encoding="utf-8") as out:
        out.write(table)
    with bench.own("") as own:
        for domain in ("xn--bcher-kva.test", "sub.xn--bcher-kva.test"):
            own.partner(domain, mail_sink.doing(ehlo=("8BITMIME", "SMTPUTF8")))
        try:
            with SendingPostfix(own.base, own.pki, own.partners.resolver,
                                main_cf={"smtp_tls_policy_maps": f"texthash:{path}"}) as mta:
                for number, domain in enumerate(("bücher.test", "BÜCHER.test", "sub.Bücher.test",
                                                 "xn--bcher-kva.test"), 1):
                    with Client(mta.smtp) as client:
                        client.ehlo()
                        assert client.command("MAIL FROM:<a@local.test> SMTPUTF8").ok
                        assert client.command(f"RCPT TO:<user@{domain}>").ok
                        assert client.data().ok
                    wait_for(lambda: len(WAITS.findall(mta.log())) == number, domain,
                             process=mta)
        except Unavailable as reason:
            raise Skip(str(reason)) from reason
        own.expect_clear()


@SUITE.test("", only="sendmail")
def versions_that_postfix_is_told(bench):
    """Words of before 3.6 are understood by all."""
    table = run_export(bench, "postfix", "--version", "3.4",
                       config="[outbound a]\nmatch-recipient = *.modern.test\n")
    path = os.path.join(bench.base.sub("postfix-table"), "policy")
    with open(path, "w", encoding="utf-8") as out:
        out.write(table)
    with bench.own("") as own:
        own.partner("old.modern.test", speaking("1.0", "1.1"))
        own.partner("new.modern.test", speaking("1.2", "1.2"))
        try:
            with SendingPostfix(own.base, own.pki, own.partners.resolver,
                                main_cf={"smtp_tls_policy_maps": f"texthash:{path}"}) as mta:
                expect(str(mta.send("u@old.modern.test")), "deferred 4.7.5 Cannot start TLS: *")
                expect(str(mta.send("u@new.modern.test")), "sent *")
        except Unavailable as reason:
            raise Skip(str(reason)) from reason
