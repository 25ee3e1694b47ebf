# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""What the live tests of Postfix's evidence share: one Postfix with smtpd listeners of many kinds,
and partners who are known by a digest (evidence_live.py)."""

from certificate_bench import ASK_THE_DOOR, DOOR, rules_config

ASK = ("check_policy_service {{ unix:private/{}, timeout=1s, try_limit=1, default_action=DUNNO }}, "
       "permit")
RESTRICTIONS = "smtpd_recipient_restrictions"
REFUSED = "refused@local.test"
POSTFIX = {
    "main_cf": {RESTRICTIONS: ASK_THE_DOOR},
    "services": {
        "doorless": {RESTRICTIONS: "permit"},
        "nowhere": {RESTRICTIONS: ASK.format("nowhere")},
        "stalled": {RESTRICTIONS: ASK.format("stalled")},
        # Refuses a recipient after the door was asked: the milter never hears of it.
        "choosy": {RESTRICTIONS: ASK.format(DOOR.removeprefix("private/")).replace(
            "permit", f"check_recipient_access inline:{{{REFUSED}=REJECT}}, permit")},
        "xclient": {"smtpd_authorized_xclient_hosts": "127.0.0.0/8"},
        "proxy": {"smtpd_upstream_proxy_protocol": "haproxy"},
        "socket": {"listen": "unix"},
        "md5": {"smtpd_tls_fingerprint_digest": "md5"},
        "sha1": {"smtpd_tls_fingerprint_digest": "sha1"},
    },
}
STRANGER = "a@stranger.example"
PARTNER = "a@pinned.example"


def wrong(pki):
    """Not the certificate that is pinned, else the same."""
    return pki.leaf(None, "mail.contoso.com", unit="wrong")


def use(bench):
    """`pinned` accepts pki.selfsigned, `known` pki.server_only, `named` whatever has the name."""
    pki = bench.pki
    bench.use(rules_config({"pinned": f"sha256 = {pki.selfsigned.sha256}",
                            "known": "root = Test Root CA A\nname = mail.contoso.com",
                            "named": "name = mail.contoso.com"}), known=[pki.server_only])
    return pki
