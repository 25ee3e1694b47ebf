#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0

"""Runs the scenario corpus through `forcetls explain --json`: run_explain.py [PROGRAM].

The format of the corpus is told in README beside this file."""

import glob
import json
import os
import subprocess
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
OPTIONS = ["mta", "client", "client-name", "helo", "from", "header-from", "to", "tls", "cipher",
           "bits", "cert", "cert-subject", "cert-issuer", "cert-organization",
           "cert-issuer-organization", "cert-sha256", "key-sha256", "auth", "at", "unknown"]


def read_scenarios(path):
    """Yields (name, config, {key: [values]}) of each case of a file."""
    cases, config, in_config = [], [], False
    with open(path, encoding="utf-8") as file:
        for line in file.read().split("\n"):
            if line.startswith("--- config"):
                config, in_config = [], True
            elif line.startswith("--- case "):
                in_config = False
                cases.append((line[9:], "\n".join(config) + "\n", {}))
            elif in_config:
                config.append(line)
            elif line and not line.startswith("#"):
                key, value = line.split(":", 1)
                cases[-1][2].setdefault(key, []).append(value.strip())
    return cases


def arguments(facts):
    words = []
    for key in OPTIONS:
        words += [f"--{key}={value}" for value in facts.get(key, [])]
    if facts.get("certificate") == ["verified"]:
        words.append("--verified")
    return words


def once(values):
    return ", ".join(dict.fromkeys(values)) or "none"


def finding_text(finding):
    words = [finding["requirement"], finding["rule"], finding["key"], finding["outcome"]]
    return " ".join(word for word in words if word)


def words_of(output):
    """The program's answer in the words of the corpus."""
    action = {"pass": "accept"}.get(output["action"], output["action"])
    if action in ("reject", "defer"):
        action += " at " + output["stage"]
    judgements = output["judgements"]
    deciding = {}
    for judgement in judgements:
        if judgement["mode"] != "monitor":
            deciding.setdefault(judgement["connector"], judgement)
    return {
        "expect": [action],
        "reply": [output["reply"] or "none"],
        "refused": [f"{one['recipient']} {one['reply']}" for one in output["refused"]],
        "connector": [once(deciding)],
        "violations": [once(v for j in deciding.values() for v in j["violations"])],
        "missing": [once(m for j in deciding.values() for m in j["missing"])],
        "finding": [finding_text(f) for j in deciding.values() for f in j["findings"]],
        "would": [f"{j['connector']} {j['action']}" for j in judgements if j["mode"] != "enforce"],
        "loser": [one["connector"] for j in judgements for one in j["passed_over"]],
        "x-tls": [output["x_tls"]],
        "exempt": [output["exempt"]],
    }


def expected_exit(seen):
    faults = seen["violations"] != ["none"] or seen["missing"] != ["none"]
    return 1 if seen["expect"] != ["accept"] or seen["refused"] or faults else 0


def run_case(program, config, facts):
    """Gives what differs, as lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "forcetls.conf")
        os.symlink(os.path.join(FOLDER, "certificates"), os.path.join(folder, "certificates"))
        with open(path, "w", encoding="utf-8") as file:
            file.write(config)
        result = subprocess.run([program, "explain", "-c", path, "--json", *arguments(facts)],
                                cwd=folder, capture_output=True, encoding="utf-8", timeout=60)
    if not result.stdout:
        return [f"exit code {result.returncode}: {result.stderr.strip()}"]
    seen = words_of(json.loads(result.stdout))
    differences = []
    for key, values in seen.items():
        if (key in facts or key == "refused") and facts.get(key, []) != values:
            differences.append(f"{key}: expected {facts.get(key, [])}, seen {values}")
    suspended = "suspend-until" in config
    if not suspended and result.returncode != expected_exit(seen):
        differences.append(f"exit code {result.returncode}")
    return differences


def main():
    default = os.path.join(os.environ.get("abs_top_builddir", "."), "src", "forcetls")
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else default)
    passed = failed = 0
    for path in sorted(glob.glob(os.path.join(FOLDER, "*.txt"))):
        for name, config, facts in read_scenarios(path):
            differences = run_case(program, config, facts)
            passed, failed = passed + (not differences), failed + bool(differences)
            for difference in differences:
                print(f"{os.path.basename(path)}: {name}: {difference}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
