#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0

"""Holds manual pages, README, sample and program together: every key, option, log field and fault
of the program is documented and nothing else is, every example loads, the traces shown are true.

Usage: documentation_test.py [SOURCE-TREE [FOLDER-OF-PROGRAMS]]; else as `make check` says. First
proves that the comparisons can fail."""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

GIVEN = sys.argv[1:] + [None, None]
ROOT = pathlib.Path(GIVEN[0] or os.environ["abs_top_srcdir"]).resolve()
BUILD = pathlib.Path(GIVEN[1] or os.environ["abs_top_builddir"] + "/src").resolve()
PAGES = ["forcetls.8", "forcetls.conf.5", "forcetlsd.8"]
LATER_MARK = "Not supported by this version"
SECTION_OF_HEADING = {
    "MILTER SECTION": "milter",
    "POSTFIX-EVIDENCE SECTION": "postfix-evidence",
    "TRUST SECTION": "trust",
    "DEFAULTS AND INBOUND SECTIONS": "inbound",
    "CERTIFICATE SECTIONS": "certificate",
    "OUTBOUND SECTIONS": "outbound",
    "OUTBOUND-MAP SECTION": "outbound-map",
}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def run(*command, config=None):
    """Runs it in a folder with `config` as forcetls.conf and the files that the sample names."""
    certificates = ROOT / "tests/scenarios/certificates"
    with tempfile.TemporaryDirectory() as folder:
        if config is not None:
            shutil.copy(certificates / "ca.pem", folder)
            shutil.copy(certificates / "selfsigned.pem", pathlib.Path(folder) / "contoso.pem")
            (pathlib.Path(folder) / "known.d").mkdir()
            (pathlib.Path(folder) / "forcetls.conf").write_text(config, encoding="utf-8")
        return subprocess.run(
            [str(word) for word in command], cwd=folder, env=dict(os.environ, LC_ALL="C.UTF-8"),
            encoding="utf-8", stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
            check=False)


# What the program knows.


def loader_tables(text):
    """From src/config/keys.cc: ({section: {keys}}, later sections)."""
    rows = re.search(r"KeyRow kKeys\[\] = \{(.*?)\n\};", text, re.DOTALL).group(1)
    section_of = {"kMilter": "milter", "kInbound": "inbound", "kTerms": "inbound",
                  "kCertificate": "certificate", "kEvidence": "postfix-evidence",
                  "kTrust": "trust", "kOutbound": "outbound", "kOutboundMap": "outbound-map"}
    keys = {section: set() for section in section_of.values()}
    found = re.findall(r'\{"([a-z0-9-]+)", (k\w+(?: \| k\w+)*), Is\w+,', rows)
    if len(found) != len(re.findall(r'^\s*\{"', rows, re.MULTILINE)):
        raise ValueError("kKeys has rows that this test cannot read")
    for name, sections in found:
        for section in sections.split(" | "):
            keys[section_of[section]].add(name)
    sections = re.search(r"SectionRow kSections\[\] = \{(.*?)\n\};", text, re.DOTALL).group(1)
    return keys, set(re.findall(r'\{"([a-z-]+)", kLater', sections))


def fault_words(text):
    body = text.partition("format_violation(")[2].partition("\n}")[0]
    return set(re.findall(r'return "([a-z-]+)"', body)) - {"none"}


def log_fields(text):
    added = re.findall(r'\badd\w*\((?:line, )?"([a-z_]+)"', text)
    return set(added) | set(re.findall(r'" ?(\w+)="', text))


# What the documents say.


def part(page, heading):
    """The lines of one .Sh section."""
    return page.partition(f"\n.Sh {heading}\n")[2].partition("\n.Sh ")[0] + "\n"


def page_keys(page):
    return {
        section: set(re.findall(r"^\.It Ic ([a-z0-9-]+) No =", part(page, heading), re.MULTILINE))
        for heading, section in SECTION_OF_HEADING.items()
    }


def words_of(text):
    return set(re.findall(r"[a-z0-9_]+(?:-[a-z0-9_]+)*", text))


def sample_keys(text):
    """As loader_tables: keys and sections of the sample, active or commented out."""
    keys, later_sections = {}, set()
    supported, _, later = text.partition(LATER_MARK)
    section = ""
    for line in supported.splitlines():
        if heading := re.match(r";?\[([a-z-]+)", line):
            section = "inbound" if heading.group(1) == "defaults" else heading.group(1)
            keys.setdefault(section, set())
        elif key := re.match(r";?([a-z0-9-]+) +=", line):
            keys.setdefault(section, set()).add(key.group(1))
    for line in later.splitlines():
        if heading := re.match(r";\[([a-z-]+)", line):
            later_sections.add(heading.group(1))
    return keys, later_sections


def uncommented(sample):
    """The sample with every supported key active; of one given twice in a section the first."""
    lines, seen = [], set()
    for line in sample.partition(LATER_MARK)[0].splitlines():
        line = re.sub(r"^;(?=\[|[a-z0-9-]+ +=|  )", "", line)
        if line.startswith("["):
            seen = set()
        key = re.match(r"([a-z0-9-]+) +=", line)
        if key and key.group(1) in seen:
            continue
        if key:
            seen.add(key.group(1))
        lines.append(line)
    return "\n".join(lines) + "\n"


def literal_blocks(page):
    """Literal displays of a page as the reader sees them."""
    blocks = re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", page, re.DOTALL | re.MULTILINE)
    return [block.replace(r"\&", "").replace(r"\e", "\\") for block in blocks]


def indented_blocks(text):
    blocks = re.findall(r"(?:^(?:    .*)?\n)+", text, re.MULTILINE)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in blocks]


def is_ini(block):
    return re.match(r"\s*\[[a-z]+", block) is not None


def commands_of(page):
    """Each `$ forcetls …` with the configuration shown before it and the output after it."""
    shown, config = [], ""
    for block in literal_blocks(page):
        if is_ini(block):
            config = block
        elif block.startswith("$ forcetls "):
            command, _, output = block.replace("\\\n", " ").partition("\n")
            shown.append((command[2:], config, output))
    return shown


def differences(what, documented, real):
    missing = [f"{what} lacks {name}" for name in sorted(real - documented)]
    invented = sorted(documented - real)
    return missing + [f"{what} has {name}, which does not exist" for name in invented]


# The checks; each gives a list of problems, or None where it cannot be made.


def check_loads(text, may_warn=True):
    result = run(BUILD / "forcetls", "check", "-c", "forcetls.conf", config=text)
    if result.returncode == 0 or (may_warn and result.returncode == 1):
        return []
    return [f"exit code {result.returncode}: {result.stderr.strip()}\n{text}"]


def check_keys():
    keys, later_sections = loader_tables(read("src/config/keys.cc"))
    page = read("man/forcetls.conf.5")
    in_page = page_keys(page)
    in_sample, sample_later = sample_keys(read("contrib/forcetls.conf"))
    problems = differences("the sample's last block", sample_later, later_sections)
    problems += [f"the sample has a section [{name}]" for name in set(in_sample) - set(keys)]
    for section, real in keys.items():
        problems += differences(f"forcetls.conf(5) [{section}]", in_page[section], real)
        problems += differences(f"the sample's [{section}]", in_sample.get(section, set()), real)
    named = words_of(part(page, "LATER SECTIONS"))
    return problems + [f"later sections: lacks {name}" for name in later_sections - named]


def check_faults():
    page = part(read("man/forcetls.conf.5"), "REPLIES")
    shown = set(re.findall(r"^\.It ([a-z-]+) Ta", page, re.MULTILINE))
    return differences("the table of REPLIES", shown, fault_words(read("src/core/verdict.cc")))


def check_log_fields():
    real = log_fields(read("src/service/log_line.cc"))
    if len(real) < 10:
        return [f"only found {sorted(real)} in log_line.cc"]
    documented = words_of(part(read("man/forcetlsd.8"), "LOG"))
    return [f"LOG lacks {name}" for name in sorted(real - documented)]


def sub_commands():
    """Each as the words to run it."""
    program = BUILD / "forcetls"
    listed = run(program, "help").stdout.partition("\n\n")[2]
    return [(program, name) for name in re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE)]


def check_options(page_name, *commands):
    # A long form beside a letter (-c,--config) needs no mention.
    said = "".join(run(*command, "--help").stdout for command in commands)
    real = set(re.findall(r"^ +(--[a-z0-9-]+|-[A-Za-z])\b", said, re.MULTILINE))
    page = read(f"man/{page_name}")
    shown = {f"-{name}" for name in re.findall(r"\bFl (-[a-z0-9-]+[a-z0-9])", page)}
    shown -= {"--version"} - real
    for flags in re.findall(r"\bFl ([A-Za-z]+)\b", page):
        shown |= {f"-{letter}" for letter in flags}
    return differences(page_name, shown, real) if real else [f"{commands}: no option in --help"]


def check_json_keys():
    config = "[inbound a]\nmatch-sender = a.example\n[inbound b]\nmatch-sender = *\n"
    command = "explain -c forcetls.conf --json --from x@a.example --tls 1.0".split()
    said = run(BUILD / "forcetls", *command, config=config).stdout
    names = set()

    def collect(value):
        if isinstance(value, dict):
            names.update(value)
            value = list(value.values())
        for inner in value if isinstance(value, list) else []:
            collect(inner)

    collect(json.loads(said))
    documented = words_of(part(read("man/forcetls.8"), "JSON"))
    return [f"JSON lacks {name}" for name in sorted(names - documented)]


def check_trace(command, config, shown):
    """Runs a command of the page; white space does not count, since pages are narrower."""
    command, _, member = command.partition("| jq -r .")
    words = shlex.split(command)
    said = run(BUILD / "forcetls", *words[1:], config=config).stdout
    if member:
        said = json.loads(said)[member.strip()]
    return [] if said.split() == shown.split() else [f"{command}\nreally says:\n{said}"]


def check_lint(path):
    tools = ["mandoc -T lint -W warning", "groff -ww -mandoc -Tutf8 -z"]
    results = [run(*tool.split(), path) for tool in tools if shutil.which(tool.split()[0])]
    said = "".join(result.stdout + result.stderr for result in results)
    return ([said[:2000]] if said else []) if results else None


def check_page_frame(name):
    page, (title, section) = read(f"man/{name}"), name.rsplit(".", 1)
    headings = re.findall(r"^\.Sh (.*)", page, re.MULTILINE)
    first = ["NAME", "SYNOPSIS", "DESCRIPTION"]
    problems = [] if headings[:3] == first else [f"begins with {headings[:3]}"]
    if f".Dt {title.upper()} {section}\n" not in page or f".Nm {title}\n" not in part(page, "NAME"):
        problems.append("title, name and file name differ")
    referred = re.findall(r"^\.Xr (forcetls\S*) (\d)", page, re.MULTILINE)
    problems += [f"refers to {word}({number}), which does not exist"
                 for word, number in referred if f"{word}.{number}" not in PAGES]
    see_also = re.findall(r"^\.Xr (\S+) (\d)", part(page, "SEE ALSO"), re.MULTILINE)
    return problems + [f"SEE ALSO lacks {other}" for other in PAGES
                       if other != name and tuple(other.rsplit(".", 1)) not in see_also]


def check_readme_paths():
    text = read("README")
    named = set(re.findall(r"\b(?:contrib|man|src|tests)(?:/[\w.-]*\w)?", text))
    problems = [f"README names {name}, which does not exist"
                for name in sorted(named | {"COPYING", "NEWS"}) if not (ROOT / name).exists()]
    commands = re.findall(r"^    (contrib/\S+)", text, re.MULTILINE)
    if len(commands) < 2:
        problems.append("README does not name the two commands")
    return problems + [f"{name} is not executable"
                       for name in commands if not os.access(ROOT / name, os.X_OK)]


def check_news():
    version = re.search(r"AC_INIT\(\[forcetls\], \[([^]]+)\]", read("configure.ac")).group(1)
    begins = read("NEWS").startswith(f"forcetls {version}\n")
    return [] if begins else [f"NEWS does not begin with {version}"]


def prove_checks_can_fail():
    """Gives what a sabotaged document would get away with."""
    page, sample = read("man/forcetls.conf.5"), read("contrib/forcetls.conf")
    keys = loader_tables(read("src/config/keys.cc"))[0]
    cut_page = page.replace(".It Ic require-tls No =", ".It Ic requrie-tls No =", 1)
    cut_sample = sample.replace(";log-level ", ";log-levl ", 1)
    traces = commands_of(read("man/forcetls.8"))
    caught = {
        "a key misspelt in the page":
            len(differences("", page_keys(cut_page)["inbound"], keys["inbound"])) == 2,
        "a key misspelt in the sample":
            len(differences("", sample_keys(cut_sample)[0]["milter"], keys["milter"])) == 2,
        "a sample in error": check_loads(sample.replace("[defaults]", "[defualts]")),
        "a sample with a warning":
            check_loads(sample.replace("partner]\n", "partner]\nenabled = no\n"), may_warn=False),
        "an example in error": check_loads("[inbound a]\nmatch-sendr = a.example\n"),
        "a trace that is not true":
            traces and all(check_trace(command, config, shown.replace("contoso", "x"))
                           for command, config, shown in traces),
    }
    return [f"not noticed: {what}" for what, noticed in caught.items() if not noticed]


def all_checks():
    sample = read("contrib/forcetls.conf")
    yield "the comparisons can fail", prove_checks_can_fail
    yield "keys of loader, forcetls.conf(5) and sample", check_keys
    yield "faults in forcetls.conf(5)", check_faults
    yield "log fields in forcetlsd(8)", check_log_fields
    yield "options in forcetlsd(8)", lambda: check_options("forcetlsd.8", (BUILD / "forcetlsd",))
    yield "options in forcetls(8)", lambda: check_options("forcetls.8", *sub_commands())
    yield "JSON keys in forcetls(8)", check_json_keys
    yield "the sample loads without a warning", lambda: check_loads(sample, may_warn=False)
    yield "the sample with every key loads", lambda: check_loads(uncommented(sample))
    for name in ("ours", "theirs"):
        path = f"tests/live/both_ways/{name}.conf"
        yield f"{path} loads", lambda: check_loads(read(path))
    for name, least in [("README", 2), ("man/forcetls.conf.5", 7), ("man/forcetls.8", 1)]:
        blocks = (indented_blocks if name == "README" else literal_blocks)(read(name))
        examples = [block for block in blocks if is_ini(block)]
        yield f"{name} has examples", lambda: [f"{len(examples)}"] * (len(examples) < least)
        for number, text in enumerate(examples, 1):
            yield f"{name}: example {number} loads", lambda: check_loads(text)
    for command, config, shown in commands_of(read("man/forcetls.8")):
        yield f"forcetls(8): {command[:40]}…", lambda: check_trace(command, config, shown)
    for name in PAGES:
        yield f"{name}: names and references", lambda: check_page_frame(name)
        yield f"{name}: lint", lambda: check_lint(ROOT / "man" / name)
    yield "README's paths and commands", check_readme_paths
    yield "NEWS is of this version", check_news


def main():
    passed = failed = skipped = 0
    for name, check in all_checks():
        try:
            problems = check()
        except (OSError, ValueError, AttributeError, LookupError) as error:
            problems = [f"{type(error).__name__}: {error}"]
        if problems is None:
            skipped += 1
        elif problems:
            failed += 1
            print(f"FAILED {name}:", *problems, sep="\n  ")
        else:
            passed += 1
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
