# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Postfix's side of policy delegation (SMTPD_POLICY_README), as its smtpd speaks it before each
RCPT event of a milter: the macros that a MilterClient sends tell which session it is about."""

import socket


def colons(digest):
    """A digest as Postfix writes it: `AA:BB:…`."""
    return ":".join(digest[i:i + 2] for i in range(0, len(digest), 2)).upper()


class PolicyClient:
    """One connection to the policy service, used for many requests as Postfix does."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(30)
        self.socket.connect(path)

    def ask(self, macros, sha256="", key_sha256="", **changes):
        """Asks about the session that `macros` are of; the certificate's digests are hexadecimal.
        `changes` are attributes as they stand."""
        attributes = {
            "request": "smtpd_access_policy", "protocol_state": "RCPT", "protocol_name": "ESMTP",
            "client_address": macros["{client_addr}"].removeprefix("IPv6:"),
            "client_port": macros["{client_port}"], "server_address": macros["{daemon_addr}"],
            "server_port": macros["{daemon_port}"], "sender": "a@contoso.com",
            "recipient": "u@example.org",
            "ccert_subject": macros.get("{cert_subject}", ""),
            "ccert_issuer": macros.get("{cert_issuer}", "").replace(" ", "+20"),
            "ccert_fingerprint": colons(sha256), "ccert_pubkey_fingerprint": colons(key_sha256),
            "encryption_protocol": macros.get("{tls_version}", ""),
            "encryption_cipher": macros.get("{cipher}", ""),
            "encryption_keysize": macros.get("{cipher_bits}", "0")} | changes
        text = "".join(f"{name}={value}\n" for name, value in attributes.items())
        self.socket.sendall(text.encode() + b"\n")
        return self._answer()

    def close(self):
        self.socket.close()

    def _answer(self):
        answer = b""
        while not answer.endswith(b"\n\n"):
            part = self.socket.recv(100)
            assert part, answer
            answer += part
        return answer.decode().strip()
