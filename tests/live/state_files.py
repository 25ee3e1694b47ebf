# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of the revocation answers in forcetls's state directory."""

import hashlib


def crl_name(url):
    return f"crl/{hashlib.sha256(url.encode()).hexdigest()}.crl"


def ocsp_name(identity):
    return f"ocsp/{identity.sha256}.ocsp"
