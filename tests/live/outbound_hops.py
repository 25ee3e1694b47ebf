# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Whose mail a connector governs: spellings of domains, patterns, smart hosts, relays
(outbound_live.py). Most servers here offer no TLS, so that mail that no connector governs arrives
in the clear."""

import instance
import mail_sink
from live_bench import expect
from mail_sink import without_starttls
from outbound_bench import OUTCOMES, RELAY, RELAYED, a_label, outbound_suite, partner

SUITE = outbound_suite()
VERIFIED = "require-certificate = verified"
EAI = (*mail_sink.EHLO, "SMTPUTF8")


@SUITE.test("domain:")
def spellings(bench):
    bench.use(partner("spelt", "", "Spelt.TEST") + partner("star", "", "*.STAR.test"))
    for domain in ("spelt.test", "star.test", "a.star.test"):
        bench.partners.add(domain, without_starttls)
    bench.check_all({f"u@{one}": "no TLS" for one in (
        "spelt.test", "SPELT.test", "Spelt.Test.", "star.test", "STAR.TEST", "A.Star.test")})


@SUITE.test("domain:")
def international_names(bench):
    """Governed and verified, however sender and administrator write them."""
    bench.use(partner("idn-u", VERIFIED, "bücher.test") +
              partner("idn-a", VERIFIED, "*.xn--mller-kva.test") +
              partner("idn-wrong", VERIFIED, "*.wörter.test"))
    wanted = {"bücher.test": "sent", "a.müller.test": "sent", "wörter.test": "not verified"}
    for domain, words in wanted.items():
        name = a_label(domain)
        bench.partners.add(name, mail_sink.doing(ehlo=EAI), bench.pki.client(
            name, names=[name if words == "sent" else "mx.other.test"]))
    bench.check_all({f"u@{spelt}": words for domain, words in wanted.items()
                     for spelt in (domain, domain.upper())}, mail_parameters="SMTPUTF8")
    bench.check_all({f"u@{spelt}": words for domain, words in wanted.items()
                     for spelt in (a_label(domain), a_label(domain).upper())})


@SUITE.test("domain:")
def patterns(bench):
    bench.use(partner("exact", "", "exact.test") + partner("tree", "", "*.tree.test") +
              partner("deep", VERIFIED, "*.deep.tree.test"))
    wanted = {
        "exact.test": "no TLS", "sub.exact.test": "in the clear", "notexact.test": "in the clear",
        "tree.test": "no TLS", "a.tree.test": "no TLS", "a.b.c.tree.test": "no TLS",
        "nottree.test": "in the clear", "tree.test.example": "in the clear",
        "deep.tree.test": "no TLS", "a.deep.tree.test": "no TLS",
    }
    for domain in wanted:
        bench.partners.add(domain, without_starttls)
    bench.check_all({f"u@{domain}": words for domain, words in wanted.items()})


@SUITE.test("domain:")
def most_specific_pattern_decides(bench):
    """`encrypt` is content with a certificate for another name."""
    bench.use(partner("any", VERIFIED, "*") + partner("wide", "", "*.wide.test") +
              partner("narrow", VERIFIED, "*.narrow.wide.test") +
              partner("one", "", "one.narrow.wide.test"))
    wanted = {"other.example": "not verified", "wide.test": "sent", "x.wide.test": "sent",
              "narrow.wide.test": "not verified", "x.narrow.wide.test": "not verified",
              "one.narrow.wide.test": "sent", "x.one.narrow.wide.test": "not verified"}
    for domain in wanted:
        bench.partners.add(domain, identity=bench.pki.wrong_name)
    bench.check_all({f"u@{domain}": words for domain, words in wanted.items()})


@SUITE.test("domain:")
def everybody_and_address_literals(bench):
    bench.use(partner("all", "", "*"))
    sink = bench.partners.add("literal.example", without_starttls)
    bench.check_all({f"u@[{sink.address}]": "no TLS", "u@literal.example": "no TLS"}, sink)
    bench.use(partner("some", "", "*.literal.example"))
    attempt, = bench.send_all([f"u@[{sink.address}]"])[0]
    bench.expect(attempt, "in the clear", sink)


@SUITE.test("servers:")
def each_mx_must_have_it(bench):
    bench.use(partner("two-mx", VERIFIED) + partner("no-mx", VERIFIED))
    for name in ("two-mx", "no-mx"):
        bench.partners.add(f"{name}.test", without_starttls)
    second = bench.partners.add("two-mx.test", host="mx2.two-mx.test", preference=20)
    third = bench.partners.add("no-mx.test", host="mx2.no-mx.test", preference=20,
                               identity=bench.pki.wrong_name)
    bench.check_all({"two-mx": "sent"}, second)
    bench.check_all({"no-mx": "not verified"}, third)


@SUITE.test("servers:")
def one_server_of_two_partners(bench):
    """Each gets what its own connector demands of the server that both have."""
    bench.use(partner("tenant-a", "") +
              partner("tenant-b", VERIFIED + "\nrequire-certificate-name = mx.hosting.test") +
              partner("tenant-c", VERIFIED) +
              partner("tenant-d", "require-tls = 1.3"))
    domains = {name: f"tenant-{name[-1]}.test" for name in "abcd"}
    host = "mx.hosting.test"
    sink = bench.partners.add(domains["a"], mail_sink.speaking("1.2", "1.2"), host=host)
    for domain in domains.values():
        bench.partners.zone[domain, "MX"] = [(10, host)]
    bench.check_all({"u@tenant-a.test": "sent", "u@tenant-b.test": "sent",
                     "u@tenant-c.test": "not verified", "u@tenant-d.test": "no handshake"}, sink)


# Smart hosts, which forcetlsd's own map postfix-transport leads to.


def add_hub(bench, name, behaviour=mail_sink.good, identity=None):
    """A host without domain; .next_hop by its name."""
    sink = bench.partners.add(f"nobody.{name}", behaviour, identity, host=name)
    return sink, f"[{name}]:25"


@SUITE.test("smart host:")
def its_policy_is_enforced(bench):
    """By its own name, by a name that the connector gives, and not by the partner's."""
    hub, hop = add_hub(bench, "hub.smart.example")
    other, other_hop = add_hub(bench, "other.smart.example", identity=bench.pki.wrong_name)
    named = "\nrequire-certificate-name = hub.smart.example"
    bench.use(partner("smart-own", f"{VERIFIED}\nsmart-host = {hop}") +
              partner("smart-wrong", f"{VERIFIED}\nsmart-host = {other_hop}"))
    for name in ("smart-own", "smart-wrong"):
        bench.partners.add(f"{name}.test")
    bench.check_all({"smart-own": "sent", "\"a@b\"@SMART-OWN.Test": "sent"}, hub)
    bench.check_all({"smart-wrong": "not verified"}, other)
    bench.use(partner("smart-named", f"{VERIFIED}{named}\nsmart-host = {hop}") +
              partner("smart-misnamed", f"{VERIFIED}{named}\nsmart-host = {other_hop}"))
    bench.check_all({"smart-named": "sent"}, hub)
    bench.check_all({"smart-misnamed": "not verified"}, other)
    assert not any(sink.heard for name, sink in bench.partners.sinks.items()
                   if name.startswith("mx.smart-")), "mail went the usual way"


@SUITE.test("smart host:")
def on_another_port_and_without_tls(bench):
    with mail_sink.serve(without_starttls, address=instance.free_address(2525), port=2525,
                         name="port.smart.example") as sink:
        bench.use(partner("smart-port", f"smart-host = {sink.next_hop}"))
        bench.check_all({"smart-port": "no TLS"}, sink)
        sink.behaviour, sink.identity = mail_sink.good, bench.pki.selfsigned
        bench.check_all({"smart-port": "sent"}, sink)


@SUITE.test("smart host:")
def a_domain_whose_mail_servers_take_it(bench):
    bench.use(partner("smart-domain", f"{VERIFIED}\nsmart-host = mailer.example"))
    bench.partners.add("smart-domain.test", without_starttls)
    sink = bench.partners.add("mailer.example")
    bench.check_all({"smart-domain": "sent"}, sink)
    sink.behaviour = without_starttls
    bench.check_all({"v@smart-domain.test": "no TLS"}, sink)


@SUITE.test("smart host:")
def less_specific_one_is_left_aside(bench):
    """Below a wildcard with a smart host a partner without goes the usual way under its own
    demand."""
    hub, hop = add_hub(bench, "tree.smart.example")
    bench.use(partner("s-tree", f"smart-host = {hop}", "*.s-tree.test") +
              partner("s-direct", VERIFIED, "direct.s-tree.test"))
    direct = bench.partners.add("direct.s-tree.test")
    bench.check_all({"u@x.s-tree.test": "sent", "u@s-tree.test": "sent"}, hub)
    bench.check_all({"u@direct.s-tree.test": "sent"}, direct)
    direct.behaviour = without_starttls
    bench.check_all({"v@direct.s-tree.test": "no TLS"}, direct)


@SUITE.test("smart host:")
def that_of_everybody(bench):
    """Led to by relayhost: postfix-transport would lead mail for one's own domains there, too."""
    config = partner("s-all", "smart-host = [all.smart.example]:25", "*")
    with bench.own(config, main_cf={"relayhost": "[all.smart.example]:25"}) as own:
        hub, _ = add_hub(own, "all.smart.example")
        own.check_all({f"u@{name}.example": "sent" for name in ("any", "other")}, hub)
        hub.behaviour = without_starttls
        own.check_all({"v@any.example": "no TLS"}, hub)
        for key in ("u@any.example", "u@own.example", "*"):
            assert own.filter.ask("postfix-transport", key) == "NOTFOUND ", key


@SUITE.test("smart host:")
def of_many_partners(bench):
    hub, hop = add_hub(bench, "shared.smart.example", without_starttls)
    bench.use("".join(partner(f"shared-{n}", f"smart-host = {hop}") for n in range(3)))
    bench.check_all({f"shared-{n}": "no TLS" for n in range(3)}, hub)


# Relays that Postfix's own configuration leads to.


@SUITE.test("relay:")
def hides_a_connector(bench):
    """Postfix asks for the relay only: mail goes without what its domain's connector demands, and
    the daemon says so, the first time. With smart-host the demand holds there."""
    relay, _ = add_hub(bench, RELAY.strip("[]:25"), without_starttls)
    bench.use(partner("hidden", VERIFIED))
    bench.partners.add("hidden.test")
    bench.check_all({"u@hidden.test": "in the clear"}, relay, sender=RELAYED)
    bench.filter.wait_log(
        r"warning: \[outbound-map\]: no connector governs mail through a relay, and those of its "
        r"recipients' domains do not come to bear; connectors of partners whose mail takes that "
        r"way need smart-host = \[relay.test\]:25")
    assert not bench.partners.sinks["mx.hidden.test"].heard
    relay.clear.clear()
    bench.use(partner("hidden", f"{VERIFIED}\nsmart-host = {RELAY}"))
    bench.stray.discard(relay.name)
    bench.check_all({"v@hidden.test": "no TLS", "v@whoever.example": "no TLS"}, relay,
                    sender=RELAYED)
    relay.behaviour = mail_sink.good
    bench.check_all({"w@hidden.test": "sent"}, relay, sender=RELAYED)
    expect(str(bench.mta.send("x@hidden.test", RELAYED)), OUTCOMES["sent"])
