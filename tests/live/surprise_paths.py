# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""The surprises about envelope addresses, and authenticated clients (surprises_live.py)."""

from live_bench import Suite, expect, outcome, plain
from smtp_client import Client, Tls

SUITE = Suite()
CONFIG = "[inbound contoso]\nmatch-sender = contoso.com, bücher.example\n"
REFUSED = "530 5.7.0 Must issue a STARTTLS command first: mail from *"

# MAIL's argument as typed. Each means contoso.com to some MTA; where one takes it, it is refused.
OURS = r"""
<a@contoso.com>
a@contoso.com
<A@CONTOSO.COM>
<a@Contoso.Com.>
<@relay.example:a@contoso.com>
<@relay.example,@other.example:a@contoso.com>
<a @ contoso.com>
< a@contoso.com >
<a@ contoso.com>
<"a b"@contoso.com>
<"x@else.example"@contoso.com>
<"a@contoso.com">
<x@else.example@contoso.com>
<contoso.com!ceo>
<relay!contoso.com!ceo>
<x%contoso.com>
<x%contoso.com%relay.example>
<a\@contoso.com>
<a\b@contoso.com>
<a@\contoso.com>
<a(comment)@contoso.com>
<a@(comment)contoso.com>
<a@contoso.com(comment)>
<(a@else.example)a@contoso.com>
<a@contoso(x).com>
<a@"contoso.com">
<a@contoso.com> SIZE=100
<a@contoso.com> BODY=8BITMIME
Name <a@contoso.com>
"<b@else.example>" <a@contoso.com>
<a@xn--bcher-kva.example>
<a@XN--BCHER-KVA.EXAMPLE>
<x%contoso.com@[127.0.0.1]>
<contoso.com!x@[127.0.0.1]>
<"x@contoso.com"@[127.0.0.1]>
<x%contoso.com@>
<a@contoso.com,b@else.example>
<a@contoso.com;b@else.example>
<friends:a@contoso.com;>
<a@[contoso.com]>
<a@.contoso.com>
<a@contoso..com>
<<a@contoso.com>>
<a@else.example> <a@contoso.com>
""".strip().split("\n")
UNICODE = ("<a@bücher.example> SMTPUTF8", "<ä@BÜCHER.example> SMTPUTF8", "<ä@contoso.com> SMTPUTF8",
           "<a@bücher。example> SMTPUTF8", "<a@ｃｏｎｔｏｓｏ.com> SMTPUTF8",
           "<a@contoso。com> SMTPUTF8")

# Each is somebody else's, however it looks.
OTHERS = r"""
<a@else.example>
a@else.example
<@contoso.com:a@else.example>
<@contoso.com,@bücher.example:a@else.example>
<"a@contoso.com"@else.example>
<x%contoso.com@else.example>
<contoso.com!x@else.example>
<a(contoso.com)@else.example>
<a@sub.contoso.com>
<a@notcontoso.com>
<a@contoso.com.else.example>
<a@contoso.co>
<contoso.com@else.example>
<contoso.com>
<"contoso.com"@else.example>
<a\@contoso.com@else.example>
<ceo+contoso.com@else.example>
<postmaster>
<a@[127.0.0.1]>
<a@[IPv6:::1]>
<SRS0=abc=de=contoso.com=ceo@else.example>
<bounce-ceo=contoso.com@list.else.example>
<x%y@else.example>
<x!y@else.example>
<a@xn--mller-kva.example>
<a@else.example> SIZE=100
""".strip().split("\n")


def ask(bench, arguments, accepted, refused, tls=None):
    """MAIL with each argument in one session, which forcetls must have accepted or refused. The
    number of those that the MTA itself did not refuse."""
    wrong, answered = [], 0
    with Client(bench.mta.smtp) as client:
        client.ehlo()
        if tls:
            client.starttls(tls)
        for argument in arguments:
            reply = plain(client.command(f"MAIL FROM:{argument}"))
            client.rset()
            by_forcetls, taken = "STARTTLS" in reply, reply.startswith("2")
            if (accepted and by_forcetls) or (refused and taken):
                wrong.append(f"{argument}: {reply}")
            answered += by_forcetls or taken
    assert not wrong, "\n" + "\n".join(wrong)
    return answered


@SUITE.test("25")
def no_spelling_hides_a_partner(bench):
    bench.use(CONFIG)
    senders = [*OURS, *(UNICODE if bench.name == "postfix" else ())]
    answered = ask(bench, senders, accepted=False, refused=True)
    assert answered >= bench.pick(40, 33), f"only {answered}"


@SUITE.test("25")
def no_spelling_costs_a_partner_good_mail(bench):
    bench.use(CONFIG)
    senders = [*OURS, *(UNICODE if bench.name == "postfix" else ())]
    ask(bench, senders, accepted=True, refused=False, tls=Tls("1.3"))


@SUITE.test("25")
def strangers_pass_however_they_write(bench):
    bench.use(CONFIG)
    answered = ask(bench, OTHERS, accepted=True, refused=False)
    assert answered >= 24, f"only {answered}"


@SUITE.test("25")
def recipients_as_odd_as_senders(bench):
    bench.use("[inbound to-contoso]\nmatch-sender = *\nmatch-recipient = contoso.com\n")
    with Client(bench.mta.smtp) as client:
        client.ehlo()
        assert client.mail("a@else.example").ok
        wrong = []
        for argument in OURS[:26]:
            reply = plain(client.command(f"RCPT TO:{argument}"))
            if reply.startswith("2"):
                wrong.append(f"{argument}: {reply}")
        assert not wrong, "\n" + "\n".join(wrong)
        assert client.rcpt("b@else.example").ok


@SUITE.test("AUTH", only="postfix")
def authenticated_clients_are_exempt_under_tls(bench):
    services = {"xclient": {"smtpd_authorized_xclient_hosts": "127.0.0.0/8"}}
    strict = CONFIG + "require-tls = 1.3\n"
    for exempt in ("yes", "no"):
        with bench.own(f"[milter]\nexempt-authenticated = {exempt}\n{strict}",
                       services=services) as own:
            address = own.mta.service("xclient")
            for tls, login, wanted in (
                    (Tls("1.2"), "ceo", "accepted" if exempt == "yes" else "mail 550 5.7.4 *"),
                    (Tls("1.2"), "[UNAVAILABLE]", "mail 550 5.7.4 *"),
                    (None, "ceo", f"mail {REFUSED}"),
                    (Tls("1.3"), "ceo", "accepted")):
                record = own.send("a@contoso.com", to=address, tls=tls, xclient={"login": login})
                expect(outcome(record), wanted, f"{tls} {login} exempt={exempt}")


@SUITE.test("AUTH", only="sendmail")
def clients_authenticated_by_certificate(bench):
    config = CONFIG + "require-tls = 1.3\n"
    with bench.own(config, defines={"confAUTH_MECHANISMS": "EXTERNAL"}) as own:
        for login, wanted in ((True, "250 *"), (False, "550 5.7.4 TLSv1.2 seen, *")):
            with Client(own.mta.smtp) as client:
                client.ehlo()
                client.starttls(Tls("1.2", own.pki.good))
                if login:
                    expect(plain(client.command("AUTH EXTERNAL =")), "235 *")
                expect(plain(client.mail("a@contoso.com")), wanted, f"login={login}")
