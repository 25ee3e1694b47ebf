# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Which steps, macros and actions forcetlsd asks for, by configuration and by what is offered."""

from cases import case, equal
from daemon_process import Daemon, Place
from milter_client import (ADDHDRS, ALL_ACTIONS, ALL_STEPS, CHGHDRS, CONNECT, DATA, EOH, EOM, HELO,
                           MAIL, NOBODY, NOCONNECT, NODATA, NOEOH, NOHDRS, NOHELO, NORCPT,
                           NOUNKNOWN, NR_CONN, NR_HDR, NR_HELO, QUARANTINE, RCPT, SETSYMLIST,
                           MilterClient)

SILENT = NR_CONN | NR_HELO | NR_HDR
NEVER = NOBODY | NOUNKNOWN | NOCONNECT | SILENT
MAIL_ONLY = NEVER | NORCPT | NOHDRS | NOEOH | NODATA
NONE = ["{forcetls_none}"]


def negotiated(program, config, actions=ALL_ACTIONS, steps=ALL_STEPS):
    with Place().write(config) as place, Daemon(program, place):
        client = MilterClient(place.socket).negotiate(actions, steps)
        client.quit()
        return client


@case
def asks_for_helo_and_mail_only(program):
    client = negotiated(program, "[inbound c]\nmatch-sender = contoso.com\n")
    equal(client.actions, SETSYMLIST)
    equal(client.steps, MAIL_ONLY)


@case
def asks_for_mail_only_without_null_sender(program):
    client = negotiated(
        program, "[milter]\nnull-sender = none\n[inbound c]\nmatch-sender = contoso.com\n")
    equal(client.steps, MAIL_ONLY | NOHELO)


@case
def asks_for_tls_macros_at_mail_and_for_none_elsewhere(program):
    client = negotiated(program, "[inbound c]\nmatch-sender = contoso.com\n")
    for name in ("{tls_version} {cipher} {cipher_bits} {cert_subject} {cert_issuer} {verify} "
                 "{client_addr} {client_port} {client_name} {client_resolve} {auth_authen} "
                 "{mail_addr} i j v").split():
        assert name in client.lists[MAIL], name
    for stage in (CONNECT, HELO, RCPT, DATA, EOM, EOH):
        equal(client.lists[stage], NONE)


@case
def asks_for_recipients(program):
    client = negotiated(program, "[inbound c]\nmatch-recipient = secure.example.org\n")
    equal(client.steps & ~NOHELO, MAIL_ONLY & ~NORCPT)
    assert "{rcpt_addr}" in client.lists[RCPT]
    equal(client.lists[EOM], ["i"])


@case
def asks_for_headers_without_answering_each(program):
    client = negotiated(
        program, "[inbound c]\nmatch-sender = contoso.com\nmatch-sender-in = either\n")
    equal(client.steps & ~NOHELO, MAIL_ONLY & ~NOHDRS & ~NOEOH)


@case
def asks_for_edits_where_mail_may_be_tagged(program):
    client = negotiated(program, "[inbound c]\nmatch-sender = contoso.com\non-violation = tag\n")
    equal(client.actions, SETSYMLIST | ADDHDRS | CHGHDRS)
    equal(client.steps & ~NOHELO, MAIL_ONLY & ~NOHDRS)


@case
def asks_for_edits_where_results_are_added(program):
    client = negotiated(
        program, "[milter]\nadd-header = judged\n[inbound c]\nmatch-sender = contoso.com\n")
    equal(client.actions, SETSYMLIST | ADDHDRS | CHGHDRS)


@case
def asks_for_quarantine(program):
    client = negotiated(
        program, "[inbound c]\nmatch-sender = contoso.com\non-violation = quarantine\n")
    equal(client.actions, SETSYMLIST | QUARANTINE)
    equal(client.steps & ~NOHELO, MAIL_ONLY)


@case
def answers_data_over_tcp_where_content_follows(program):
    for key, wanted in (("on-violation = reject", NODATA), ("on-violation = tag", 0)):
        text = f"[milter]\nsocket = inet:8891@127.0.0.1\n[inbound c]\nmatch-sender = c.com\n{key}\n"
        with Place() as place:
            port = _free_port()
            place.write(text.replace("8891", str(port)))
            with Daemon(program, place):
                client = MilterClient(("127.0.0.1", port)).negotiate()
                equal(client.steps & NODATA, wanted)
                client.quit()


@case
def keeps_connect_and_helo_where_macros_cannot_be_chosen(program):
    config = "[milter]\nnull-sender = none\n[inbound c]\nmatch-sender = contoso.com\n"
    with Place().write(config) as place, Daemon(program, place) as daemon:
        for _ in range(2):
            client = MilterClient(place.socket).negotiate(actions=ALL_ACTIONS & ~SETSYMLIST)
            equal(client.actions, 0)
            equal(client.steps & (NOCONNECT | NOHELO), 0)
            equal(client.lists, {})
            equal(client.connect(), None)
            equal(client.mail("<a@contoso.com>").split(" Must")[0], "530 5.7.0")
            client.quit()
        daemon.wait_for("does not let milters choose macros")
        equal(daemon.count("does not let milters choose macros"), 1)


@case
def answers_with_on_error_where_a_needed_action_is_not_offered(program):
    for on_error, wanted in (("defer", "451 4.3.0 Internal error, try again later"),
                             ("reject", "550 5.3.0 Internal error"), ("accept", "accept")):
        config = (f"[milter]\non-error = {on_error}\n"
                  "[inbound c]\nmatch-sender = contoso.com\non-violation = quarantine\n")
        with Place().write(config) as place, Daemon(program, place) as daemon:
            client = MilterClient(place.socket).negotiate(actions=ALL_ACTIONS & ~QUARANTINE)
            equal(client.actions, SETSYMLIST)
            equal(client.mail("<a@elsewhere.example>"), wanted)
            equal(client.mail("<a@elsewhere.example>"), wanted)
            client.quit()
            daemon.wait_for("does not offer what the configuration needs: quarantine")


@case
def does_with_what_an_old_mta_offers(program):
    # Protocol 2: it sends everything and waits for every answer.
    config = "[inbound c]\nmatch-sender = contoso.com\n"
    with Place().write(config) as place, Daemon(program, place):
        client = MilterClient(place.socket).negotiate(actions=0x3F, steps=0x7F)
        equal(client.steps & ~0x7F, 0)
        equal(client.connect(), "continue")
        equal(client.helo("mail.contoso.com"), "continue")
        equal(client.mail("<a@example.net>"), "accept")
        client.quit()


def _free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
