#!/usr/bin/python3
# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0

"""Holds the source tree to its layers: includes go to the file's own folder or one before it, a
library is included only in its layer, every source has its licence lines and is in Makefile.am.

First proves on samples that each rule can fail."""

import os
import pathlib
import re
import sys
import tempfile

LAYERS = ["core", "wire", "x509", "config", "service", "cli"]
MAIN = "main"  # src/*.cc, which may use everything
BEYOND_CORE = {"wire", "x509", "config", "service", "cli"}

# Who may include <PREFIX…>. Headers without a folder that are not named here are the system's.
LIBRARIES = {
    "fmt/": BEYOND_CORE,
    "nlohmann/": BEYOND_CORE,
    "gmime/": {"wire"},
    "glib": {"wire"},
    "idn2.h": {"wire"},
    "gnutls/": {"x509", "cli"},
    "ini.h": {"config"},
    "INIReader.h": {"config"},
    "libmilter/": {"service"},
    "boost/": {"service"},
    "prometheus/": {"service"},
    "spdlog/": {"service"},
    "systemd/": {"service"},
    "CLI/": {"cli"},
    "curl/": {"cli"},
    "sys/": BEYOND_CORE,
    "arpa/": BEYOND_CORE,
    "net/": BEYOND_CORE,
    "netinet/": BEYOND_CORE,
}

SOURCES = {".cc", ".h", ".inc"}
COMMENTED = SOURCES | {".py", ".sh", ".lua", ".am", ".ac"}
LICENCE = ["SPDX-FileCopyrightText: forcetls contributors", "SPDX-License-Identifier: Apache-2.0"]
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def layer_of(path):
    """The layer of a path below src/."""
    return path.split("/")[0] if "/" in path else MAIN


def library_violation(layer, header):
    if layer == MAIN:
        return None
    for prefix, layers in LIBRARIES.items():
        if header.startswith(prefix):
            return None if layer in layers else f"<{header}> does not belong in src/{layer}"
    if "/" in header:
        return f"<{header}> is of no library that LIBRARIES knows"
    if layer == "core" and "." in header:
        return f"<{header}> is not of the standard library, all that src/core may use"
    return None


def own_violation(root, layer, header):
    other = layer_of(header)
    if other != MAIN and other not in LAYERS or not (root / "src" / header).is_file():
        return f'"{header}" is no file of src/'
    if layer != MAIN and (other == MAIN or LAYERS.index(other) > LAYERS.index(layer)):
        return f'"{header}" is above src/{layer}'
    return None


def include_violations(root, path, text):
    layer = layer_of(str(path.relative_to("src")))
    if layer != MAIN and layer not in LAYERS:
        return [f"src/{layer} is no layer"]
    found = []
    for kind, header in INCLUDE.findall(text):
        wrong = (library_violation(layer, header) if kind == "<"
                 else own_violation(root, layer, header))
        if wrong:
            found.append(wrong)
    return found


def is_listed(path, listed):
    """Whether Makefile.am names the file, or the program whose only source it is."""
    return str(path) in listed or str(path.with_suffix("")) in listed


def violations(root, path, listed):
    """All that is wrong with one file, `path` being relative to the root."""
    text = (root / path).read_text(encoding="utf-8", errors="replace")
    top = path.parts[0]
    is_script = text.startswith("#!")
    found = []
    if path.suffix in COMMENTED or is_script:
        head = text.splitlines()[1 if is_script else 0:][:2]
        if len(head) < 2 or not all(want in line for want, line in zip(LICENCE, head)):
            found.append("does not begin with the two SPDX lines")
    if path.suffix == ".h" and "\n#pragma once\n" not in text:
        found.append("has no #pragma once")
    if top == "src" and path.suffix in SOURCES:
        found += include_violations(root, path, text)
    is_test = re.search(r"_test\.(py|sh)$", path.name)
    if top in ("src", "tests") and (path.suffix in SOURCES or is_test):
        if not is_listed(path, listed):
            found.append("is not in Makefile.am")
    if top == "contrib" and not {str(path), str(path.parent)} & listed:
        found.append("is not in Makefile.am")
    return found


def tree_files(root):
    for top in ("src", "tests", "contrib", ".ci"):
        for path in sorted((root / top).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and not path.name.endswith("~"):
                yield path.relative_to(root)
    yield pathlib.Path("Makefile.am")
    yield pathlib.Path("configure.ac")


def check_tree(root):
    """{path: its violations} for every file of the tree."""
    listed = set((root / "Makefile.am").read_text(encoding="utf-8").split())
    return {str(path): violations(root, path, listed) for path in tree_files(root)}


SPDX = f"// {LICENCE[0]}\n// {LICENCE[1]}\n"
ONCE = SPDX + "#pragma once\n"
# {path: (text, expected violations)}
SAMPLES = {
    "src/core/a.h": (ONCE + "#include <vector>\n", []),
    "src/wire/w.h": (ONCE + '#include "core/a.h"\n#include "wire/w.h"\n#include <idn2.h>\n', []),
    "src/cli/c.h": (ONCE + '#include "service/s.h"\n#include <CLI/CLI.hpp>\n', []),
    "src/service/s.h": (ONCE + "#include <libmilter/mfapi.h>\n#include <sys/un.h>\n", []),
    "src/forcetls.cc": (SPDX + '#include "cli/c.h"\n#include <CLI/CLI.hpp>\n', []),
    "src/core/up.cc": (SPDX + ' # include "wire/w.h"\n', ['"wire/w.h" is above src/core']),
    "src/wire/up.cc": (SPDX + '#include "cli/c.h"\n', ['"cli/c.h" is above src/wire']),
    "src/wire/main.cc": (SPDX + '#include "forcetls.cc"\n', ['"forcetls.cc" is above src/wire']),
    "src/wire/near.cc": (SPDX + '#include "w.h"\n', ['"w.h" is no file of src/']),
    "src/core/gone.cc": (SPDX + '#include "core/gone.h"\n', ['"core/gone.h" is no file of src/']),
    "src/core/posix.cc": (SPDX + "#include <unistd.h>\n", [
        "<unistd.h> is not of the standard library, all that src/core may use"]),
    "src/core/net.cc": (SPDX + "#include <arpa/inet.h>\n", [
        "<arpa/inet.h> does not belong in src/core"]),
    "src/core/fmt.cc": (SPDX + "#include <fmt/format.h>\n", [
        "<fmt/format.h> does not belong in src/core"]),
    "src/service/ini.cc": (SPDX + "#include <ini.h>\n", ["<ini.h> does not belong in src/service"]),
    "src/config/log.cc": (SPDX + "#include <spdlog/spdlog.h>\n", [
        "<spdlog/spdlog.h> does not belong in src/config"]),
    "src/service/odd.cc": (SPDX + "#include <openssl/ssl.h>\n", [
        "<openssl/ssl.h> is of no library that LIBRARIES knows"]),
    "src/util/u.cc": (SPDX, ["src/util is no layer"]),
    "src/core/twice.h": (SPDX, ["has no #pragma once"]),
    "src/core/bare.cc": ("int x;\n", ["does not begin with the two SPDX lines"]),
    "contrib/run": ("#!/bin/sh\n\n", ["does not begin with the two SPDX lines"]),
    "contrib/fine": ("#!/bin/sh\n" + SPDX.replace("//", "#"), []),
    "contrib/sample.conf": ("[milter]\n", []),
    "contrib/lost.conf": ("[milter]\n", ["is not in Makefile.am"]),
    "tests/fuzz/x_fuzz.cc": (SPDX, []),
    "tests/core/lost_test.cc": (SPDX, ["is not in Makefile.am"]),
    "tests/lost_test.sh": (SPDX.replace("//", "#"), ["is not in Makefile.am"]),
    "configure.ac": (SPDX.replace("//", "#"), []),
}


def self_test():
    """{name: what went wrong} for the samples."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, (text, _) in SAMPLES.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        listed = [name.replace("_fuzz.cc", "_fuzz") for name in SAMPLES if "lost" not in name]
        (root / "Makefile.am").write_text(
            SPDX.replace("//", "#") + " \\\n".join(listed), encoding="utf-8")
        seen = check_tree(root)
    return {f"sample {name}": [] if seen.get(name) == expected else [
        f"expected {expected}, saw {seen.get(name)}"] for name, (_, expected) in SAMPLES.items()}


def main():
    here = pathlib.Path(__file__).resolve().parent.parent
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("abs_top_srcdir", here))
    results = self_test() | check_tree(root)
    for name, wrong in results.items():
        for text in wrong:
            print(f"{name}: {text}")
    failed = sum(1 for wrong in results.values() if wrong)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
