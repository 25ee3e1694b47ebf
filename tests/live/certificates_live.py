#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Every attribute of a certificate that a rule can name, on a real Postfix and a real Sendmail with
forcetlsd in front: certificates_live.py [FORCETLSD] [-m MTA] [-k TEXT]. The tests stand in
certificate_*.py, by subject."""

import sys

import certificate_matrix
import certificate_memory
import certificate_names
import certificate_revocation
import certificate_sheet
from certificate_bench import certificate_suite

SUITE = certificate_suite()
for module in (certificate_sheet, certificate_matrix, certificate_names, certificate_revocation,
               certificate_memory):
    SUITE.extend(module.SUITE)

if __name__ == "__main__":
    sys.exit(SUITE.main())
