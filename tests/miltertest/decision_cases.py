# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""How forcetlsd answers: replies, recipients, messages after one another, edits; and its log."""

from cases import case, equal
from milter_client import (ALL_ACTIONS, PLAIN, SETSYMLIST, TLS, VERIFIED, Closed, MilterClient)
from sessions import running, session

CONTOSO = "[inbound contoso]\nmatch-sender = contoso.com\n"
MUST = ("530 5.7.0 Must issue a STARTTLS command first: mail from contoso.com requires TLS 1.2 or "
        "newer [contoso]")


@case
def refuses_plaintext_and_accepts_tls_at_mail(program):
    with running(program, CONTOSO) as daemon:
        plain, tls = session(daemon), session(daemon, TLS)
        plain.helo("mail.contoso.com")
        equal(plain.mail("<a@contoso.com>", "SIZE=1"), MUST)
        equal(plain.mail("<a@elsewhere.example>"), "accept")
        equal(tls.mail("<a@contoso.com>"), "accept")
        plain.quit()
        tls.quit()
        line = daemon.wait_for("action=reject")
        for pair in ("stage=mail", "client=192.0.2.1", "client_name=mail.contoso.com",
                     "helo=mail.contoso.com", "sender=<a@contoso.com>", "tls=none",
                     "connector=contoso", "mode=enforce", "violations=tls-absent",
                     f'reply="{MUST}"'):
            assert f" {pair}" in line, (pair, line)
        line = daemon.wait_for("action=pass")
        for pair in ("tls=TLSv1.3", "cipher=TLS_AES_256_GCM_SHA384", "bits=256",
                     "certificate=silent", "connector=contoso"):
            assert f" {pair}" in line, (pair, line)
        equal(daemon.count("elsewhere.example"), 0)


@case
def judges_each_message_of_a_session_by_itself(program):
    with running(program, CONTOSO) as daemon:
        client = session(daemon)
        for _ in range(3):
            equal(client.mail("<a@contoso.com>"), MUST)
            equal(client.mail("<a@example.net>"), "accept")
        client.values = dict(TLS)  # STARTTLS, and no second EHLO
        equal(client.mail("<a@contoso.com>"), "accept")
        client.quit()


@case
def forgets_an_aborted_message(program):
    config = CONTOSO + "match-recipient = secure.example.org\n"
    with running(program, config) as daemon:
        client = session(daemon, TLS)
        equal(client.mail("<a@contoso.com>"), "continue")
        client.abort()
        client.values = dict(PLAIN)
        equal(client.mail("<a@contoso.com>"), "continue")
        equal(client.rcpt("<u@secure.example.org>"), MUST)
        client.abort()
        daemon.wait_for("refused_recipients=1")
        equal(client.mail("<a@contoso.com>"), "continue")
        equal(client.rcpt("<u@open.example.org>"), "continue")
        equal(client.eom(), ([], "accept"))
        client.quit()


@case
def never_sends_a_reply_with_another_answer(program):
    # A reply that was set and not used would come with the next refusal of its class.
    config = CONTOSO + ("match-recipient = secure.example.org\n"
                        "[inbound second]\nmatch-sender = fabrikam.com\nreply = second text\n")
    with running(program, config) as daemon:
        client = session(daemon)
        equal(client.mail("<a@contoso.com>"), "continue")
        equal(client.rcpt("<u@secure.example.org>"), MUST)
        equal(client.rcpt("<u@open.example.org>"), "continue")
        equal(client.eom(), ([], "accept"))
        equal(client.mail("<a@fabrikam.com>"), "530 5.7.0 second text [second]")
        equal(client.mail("<a@contoso.com>"), "continue")
        equal(client.rcpt("<u@secure.example.org>"), MUST)
        client.quit()


@case
def judges_a_thousand_recipients(program):
    with running(program, CONTOSO + "match-recipient = secure.example.org\n") as daemon:
        client = session(daemon)
        equal(client.mail("<a@contoso.com>"), "continue")
        for number in range(500):
            equal(client.rcpt(f"<u{number}@secure.example.org>"), MUST)
            equal(client.rcpt(f"<u{number}@open.example.org>"), "continue")
        client.values["i"] = "4Xyz"
        equal(client.eom(), ([], "accept"))
        line = daemon.wait_for("refused_recipients=500")
        assert " queue_id=4Xyz" in line and " recipient=<u0@secure.example.org>" in line, line
        client.quit()


@case
def doubles_percent_signs(program):
    config = ("[milter]\ncontact = https://postmaster.example/50%25\n" + CONTOSO +
              "reply = 100% TLS, %{domain} wants %{wanted}\n")
    with running(program, config) as daemon:
        client = session(daemon)
        equal(client.mail("<a@contoso.com>"),
              "530 5.7.0 100%% TLS, contoso.com wants TLS 1.2 or newer [contoso]; "
              "https://postmaster.example/50%%25")
        client.quit()


@case
def an_unknown_client_address_is_no_local_one(program):
    config = ("[milter]\nexempt-clients = 127.0.0.0/8\n"
              "[inbound branch]\nmatch-client = 198.51.100.0/24\n")
    with running(program, config) as daemon:
        for family, address, wanted in ((b"U", "", "530 5.7.0"), (b"4", "127.0.0.1", "accept"),
                                        (b"4", "198.51.100.7", "530 5.7.0"),
                                        (b"4", "192.0.2.1", "accept"),
                                        (b"6", "2001:db8::1", "accept"),
                                        (b"6", "::ffff:198.51.100.7", "530 5.7.0")):
            # Without macro lists the address comes with CONNECT only.
            client = session(daemon, {}, actions=ALL_ACTIONS & ~SETSYMLIST)
            client.connect("unknown", family, 0 if address == "127.0.0.1" else 40000, address)
            client.helo("x")
            answer = client.mail("<a@example.net>")
            assert answer.startswith(wanted), (address, answer)
            client.quit()
        client = session(daemon, {"{tls_version}": "TLSv1.3", "{cipher}": "TLS_AES_256_GCM_SHA384",
                                  "{cipher_bits}": "256"}, actions=ALL_ACTIONS & ~SETSYMLIST)
        client.connect("unknown", b"U")
        client.helo("x")
        answer = client.mail("<a@example.net>")
        assert answer.startswith("451 4.7.0 Cannot verify the client's address"), answer
        client.quit()


@case
def survives_connections_that_say_nothing(program):
    with running(program, CONTOSO) as daemon:
        for _ in range(20):
            MilterClient(daemon.place.socket).close()
        odd = MilterClient(daemon.place.socket)
        odd.send(b"M", b"<a@contoso.com>\0")  # no negotiation
        try:
            odd.receive()
        except (Closed, ConnectionError):
            pass
        odd.close()
        half = session(daemon)
        half.close()  # no QUIT
        client = session(daemon)
        equal(client.mail("<a@contoso.com>"), MUST)
        client.quit()


@case
def tags_and_removes_forged_results(program):
    config = "[milter]\nauthserv-id = mx.example.org\n" + CONTOSO + "on-violation = tag\n"
    fields = [("Authentication-Results", "other.example; x-tls=pass"),
              ("Authentication-Results", "mx.example.org; x-tls=pass"),
              ("Subject", "x"),
              ("authentication-results", "mx.example.org; dkim=pass"),
              ("AUTHENTICATION-RESULTS", "MX.example.org (c)\r\n\t1; x-tls=none")]
    removals = [("m", b"\0\0\0\4Authentication-Results\0\0"),
                ("m", b"\0\0\0\2Authentication-Results\0\0")]
    added = ("i", b"\0\0\0\0Authentication-Results\0mx.example.org; x-tls=fail\0")
    with running(program, config) as daemon:
        client = session(daemon)
        equal(client.message("<a@contoso.com>", headers=fields), (removals + [added], "accept"))
        # Mail that nobody judges, and the next message counts anew.
        equal(client.message("<a@example.net>", headers=fields), (removals, "accept"))
        equal(client.message("<a@example.net>", headers=fields[:1]), ([], "accept"))
        client.quit()


@case
def removes_forged_results_from_exempt_mail_too(program):
    config = ("[milter]\nadd-header = judged\nexempt-clients = 192.0.2.0/24\n" + CONTOSO)
    with running(program, config) as daemon:
        client = session(daemon)
        edits, answer = client.message(
            "<a@contoso.com>", headers=[("Authentication-Results", "mx.example.org; x-tls=pass")])
        equal((edits, answer), ([("m", b"\0\0\0\1Authentication-Results\0\0")], "accept"))
        client.quit()


@case
def adds_results_as_configured(program):
    for key, judged, other in (("judged", "pass", None), ("all", "pass", "none")):
        config = f"[milter]\nadd-header = {key}\n" + CONTOSO
        with running(program, config) as daemon:
            client = session(daemon, TLS)
            for sender, result in (("<a@contoso.com>", judged), ("<a@example.net>", other)):
                value = f"mx.example.org; x-tls={result}".encode()
                wanted = [("i", b"\0\0\0\0Authentication-Results\0" + value + b"\0")]
                equal(client.message(sender), (wanted if result else [], "accept"))
            client.quit()


@case
def quarantines_with_the_reason(program):
    with running(program, CONTOSO + "on-violation = quarantine\n") as daemon:
        client = session(daemon)
        equal(client.message("<a@contoso.com>"),
              ([("q", b"forcetls: contoso: tls-absent\0")], "accept"))
        equal(client.message("<a@example.net>"), ([], "accept"))
        client.quit()
        daemon.wait_for("action=quarantine")


@case
def discards_at_once(program):
    with running(program, CONTOSO + "on-violation = discard\n") as daemon:
        client = session(daemon)
        equal(client.mail("<a@contoso.com>"), "discard")
        equal(client.mail("<a@example.net>"), "accept")
        client.quit()


@case
def judges_every_from_field(program):
    with running(program, CONTOSO + "match-sender-in = either\n") as daemon:
        client = session(daemon)
        for fields in ([("From", "a@contoso.com")],
                       [("from", "x@example.net"), ("FROM ", "Ä <a@contoso.com>")],
                       [("From", "x@example.net, =?utf-8?q?a?= <a@CONTOSO.com.>")]):
            equal(client.message("<a@example.net>", headers=fields), ([], MUST))
        equal(client.message("<a@example.net>", headers=[("From", "x@example.net"),
                                                         ("Reply-To", "a@contoso.com")]),
              ([], "accept"))
        equal(client.message("<a@example.net>"), ([], "accept"))
        client.quit()
        assert " from=contoso.com " in daemon.wait_for("stage=eoh"), daemon.lines


@case
def refuses_what_has_too_many_from_fields(program):
    with running(program, CONTOSO + "match-sender-in = either\n") as daemon:
        client = session(daemon)
        fields = [("From", "x@example.net")] * 101
        equal(client.message("<a@example.net>", headers=fields),
              ([], "550 5.6.0 Too many From or Authentication-Results fields"))
        equal(client.message("<a@example.net>", headers=fields[1:]), ([], "accept"))
        client.quit()
        assert " action=reject " in daemon.wait_for("Too many From")


@case
def monitor_and_suspension_let_mail_through_and_say_so(program):
    for key, mode in (("mode = monitor", "monitor"), ("suspend-until = 2100-01-01", "suspended")):
        with running(program, f"{CONTOSO}{key}\n") as daemon:
            client = session(daemon)
            equal(client.mail("<a@contoso.com>"), "accept")
            client.quit()
            line = daemon.wait_for(f"mode={mode}")
            assert " would=reject violations=tls-absent" in line, line
            assert "action=reject" not in line, line


@case
def hints_once_that_postfix_may_not_ask_for_certificates(program):
    with running(program, CONTOSO + "require-certificate = verified\n") as daemon:
        client = session(daemon, TLS)
        for _ in range(3):
            assert client.mail("<a@contoso.com>").startswith("550 5.7.5")
        client.quit()
        daemon.wait_for("violations=certificate-absent", 3)
        equal(daemon.count("smtpd_tls_ask_ccert"), 1)
    with running(program, CONTOSO + "require-certificate = verified\n") as daemon:
        client = session(daemon, VERIFIED)
        equal(client.mail("<a@contoso.com>"), "accept")
        client.values = dict(TLS)
        assert client.mail("<a@contoso.com>").startswith("550 5.7.5")
        client.quit()
        daemon.wait_for("violations=certificate-absent")
        equal(daemon.count("smtpd_tls_ask_ccert"), 0)


@case
def cleans_what_a_peer_says(program):
    with running(program, CONTOSO) as daemon:
        client = session(daemon)
        client.helo('x action=pass "\x1b[31m\n\x7fé')
        answer = client.mail('<"a\r\nb%n"@contoso.com>')
        assert answer.isprintable() and answer.startswith("530 5.7.0"), answer
        client.quit()
        line = daemon.wait_for("action=reject")
        assert line.isascii() and line.isprintable() and ' action=pass "' not in line.replace(
            'helo="x action=pass \\"', ""), line


@case
def answers_data_over_tcp(program):
    config = ("[milter]\nsocket = inet:{port}@127.0.0.1\n" + CONTOSO +
              "match-recipient = secure.example.org\n")
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running(program, config.replace("{port}", str(port))):
        client = MilterClient(("127.0.0.1", port), TLS).negotiate()
        equal(client.mail("<a@contoso.com>"), "continue")
        equal(client.rcpt("<u@secure.example.org>"), "continue")
        equal(client.data(), "accept")
        client.quit()
