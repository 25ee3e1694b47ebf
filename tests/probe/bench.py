# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of `forcetls probe` share."""

import os
import re
import subprocess

import pki

CONFIG = """[trust]
ca-file = {ca}
known-certificates = known.d
[certificate right]
name = mail.contoso.com
organization = Contoso Ltd
issuer = Test Issuing CA A1
root = Test Root CA A
min-key-bits = 2048
[certificate wrong]
name = mx.fabrikam.com
organization = Fabrikam, Inc.
root = Test Root CA C
min-key-bits = 4096
[certificate next-year]
name = mail.contoso.com
valid-from = 2090-01-01
[certificate past]
name = mail.contoso.com
valid-until = 2020-01-01
"""


class World:
    """What the tests share: the program, certificates, a folder."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.pki = pki.make_pki(os.path.join(folder, "pki"))
        self.nowhere = os.path.join(folder, "nowhere.conf")

    def config(self, name, text=CONFIG):
        """A new folder with forcetls.conf and known.d."""
        folder = os.path.join(self.folder, name)
        os.makedirs(os.path.join(folder, "known.d"))
        path = os.path.join(folder, "forcetls.conf")
        with open(path, "w", encoding="utf-8") as out:
            out.write(text.format(ca=self.pki.ca_file))
        return path

    def probe(self, *arguments):
        limit = () if "--timeout" in arguments else ("--timeout", "1")
        command = [self.program, "probe", *limit, *arguments]
        return subprocess.run(command, capture_output=True, timeout=20, check=False,
                              stdin=subprocess.DEVNULL)

    def probed(self, *arguments):
        """(exit code, standard output, standard error)"""
        done = self.probe(*arguments)
        return done.returncode, done.stdout.decode(), done.stderr.decode()


def value_of(text, label):
    """Of the first line with that label."""
    found = re.search(rf"^  {re.escape(label)} +(.*)$", text, re.MULTILINE)
    if not found:
        raise AssertionError(f"no line {label!r} in\n{text}")
    return found.group(1)


def files_in(folder):
    return sorted(os.listdir(folder))
