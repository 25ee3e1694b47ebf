#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Digests of certificates on their way to the decision, from a real Postfix's policy requests and
from a real Sendmail's macros: evidence_live.py [FORCETLSD] [-m MTA] [-k TEXT]. The tests stand in
evidence_*.py, by subject."""

import sys

import evidence_failures
import evidence_scopes
import evidence_sessions
from certificate_bench import certificate_suite
from evidence_bench import POSTFIX

SUITE = certificate_suite()
for module in (evidence_sessions, evidence_scopes, evidence_failures):
    SUITE.extend(module.SUITE)

if __name__ == "__main__":
    sys.exit(SUITE.main(postfix=POSTFIX))
