# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""The scripts for miltertest(8), an MTA's side that others wrote: each script runs against a daemon
with the configuration in its first comment, `--[[ … ]]`."""

import glob
import os
import shutil
import subprocess

from cases import CASES, Skip
from daemon_process import TIMEOUT, Daemon, Place


def _run_script(program, script):
    if not shutil.which("miltertest"):
        raise Skip("no miltertest (Debian: miltertest)")
    with open(script, encoding="utf-8") as file:
        config = file.read().split("--[[\n", 1)[1].split("]]", 1)[0]
    with Place().write(config) as place, Daemon(program, place):
        result = subprocess.run(
            ["miltertest", "-v", "-D", f"socket=unix:{place.socket}", "-s", script],
            capture_output=True, text=True, timeout=TIMEOUT, check=False)
        assert result.returncode == 0 and not result.stderr, result.stdout + result.stderr


def _case_of(script):
    def run_script(program):
        _run_script(program, script)
    run_script.__name__ = "script_" + os.path.basename(script).removesuffix(".lua")
    return run_script


CASES.extend(map(_case_of, sorted(
    glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "*.lua")))))
