# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A private Sendmail on loopback, from Debian's packages unpacked by contrib/unpack-sendmail.

    with BaseDirectory() as base, Sendmail(base, pki, milter="unix:/run/x/milter.sock") as mta:
        deliver(mta.smtp, "a@contoso.com", tls=Tls("1.3", pki.good))
        mta.delivered()[0].headers("Authentication-Results")

The same public interface as postfix.py's Postfix: it accepts mail for every domain from everywhere,
asks no DNS, and hands all of it to a script that keeps it. Keys must lie where only root can write
(a directory of BaseDirectory), else Sendmail offers no STARTTLS.
"""

import glob
import os
import re
import shutil
import subprocess

import instance

HERE = os.path.dirname(os.path.realpath(__file__))
DEFINES = {
    "confDOMAIN_NAME": "mx.local.test", "confTRUSTED_USER": "root",
    "confDEF_USER_ID": "nobody:nogroup",
    "confSERVICE_SWITCH_FILE": "{etc}/service.switch", "confPID_FILE": "{directory}/sendmail.pid",
    "STATUS_FILE": "{etc}/statistics", "HELP_FILE": "{etc}/helpfile", "QUEUE_DIR": "{queue}",
    "ALIAS_FILE": "", "confTO_IDENT": "0", "confDELIVERY_MODE": "background",
    "confBAD_RCPT_THROTTLE": "0", "confMAX_RCPTS_PER_MESSAGE": "5000",
    "confQUEUE_LA": "1000", "confREFUSE_LA": "1000", "confDELAY_LA": "0",
    "confCONNECTION_RATE_THROTTLE": "0", "confMAX_DAEMON_CHILDREN": "0",
    "confPRIVACY_FLAGS": "", "confLOG_LEVEL": "14",
    "SMART_HOST": "sink:localhost",
}
FEATURES = ("no_default_msa", "nocanonify", "promiscuous_relay", "accept_unqualified_senders",
            "accept_unresolvable_domains")
SINK = """LOCAL_RULE_0
R$+ < @ $=w . >\t$#sink $@ localhost $: $1 < @ $2 . >
R$-\t$#sink $@ localhost $: $1
MAILER(`smtp')
MAILER_DEFINITIONS
Msink, P=/bin/sh, F=DFMmnu, S=EnvFromSMTP/HdrFromSMTP, R=EnvToSMTP/HdrFromSMTP, E=\\n, L=0,
\tT=DNS/RFC822/X-Unix, A=sh {script} {delivered} $i $f $u
"""


def unpack(directory):
    """Has contrib/unpack-sendmail fill the directory, where that was not done before; its path."""
    done = subprocess.run([os.path.join(HERE, "../../contrib/unpack-sendmail"), directory],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise instance.Unavailable(f"Sendmail cannot be unpacked: {done.stderr.strip()}")
    return directory


class Sendmail(instance.Logged):
    """A context manager; start() and stop() by hand do the same.

    base, pki, milter, delivery, hosts   as for Postfix.
    services   further listeners: {name: {"listen": "127.0.0.1" or "::1", "modifiers": Sendmail's
               M=, e.g. "a"}}; their addresses: mta.service(name).
    mc         further lines for the .mc file, before MAILER(); `rules`: behind it.
    defines    other define()s of the .mc file ({name: value}; None removes one).
    milter_options      after S=; "F=T" (default) makes mail wait while the milter is away.
    fingerprint         CertFingerprintAlgorithm, "sha256": {cert_fp} in place of {cert_md5}.
    ask_for_certificate False: no client certificate is asked for (TLSSrvOptions=V).
    ciphers             OpenSSL's list; the default allows TLS 1.0.
    prefix     where contrib/unpack-sendmail put it; default: FORCETLS_SENDMAIL of the environment,
               else it is unpacked (seconds, once) into the build tree, or without one into `base`.

    .name "sendmail"; .smtp .smtps .smtp6 (host, port): port 25, 465 and IPv6 alike."""

    name = "sendmail"

    def __init__(self, base, pki=None, milter=None, mc="", services=None, delivery="keep",
                 hosts=None, prefix=None, milter_options="F=T", fingerprint=None, defines=None,
                 ask_for_certificate=True, ciphers="ALL:@SECLEVEL=0", rules=""):
        instance.require_root()
        self._prefix = prefix or os.environ.get("FORCETLS_SENDMAIL") or unpack(
            os.path.join(os.environ.get("abs_top_builddir", base.path), "sendmail-unpacked"))
        self._program = os.path.join(self._prefix, "usr/libexec/sendmail/sendmail")
        if not os.access(self._program, os.X_OK):
            raise instance.Unavailable(f"no Sendmail in {self._prefix} (contrib/unpack-sendmail)")
        self.directory = base.sub("sendmail")
        self.etc, self.queue = (os.path.join(self.directory, one) for one in ("etc", "queue"))
        self.log_file = os.path.join(self.directory, "mail.log")
        self.smtp, self.smtps = (("127.0.0.1", instance.free_port()) for _ in range(2))
        self.smtp6 = ("::1", instance.free_port())
        self._milters = [milter] if isinstance(milter, str) else list(milter or [])
        self._milter_options, self._mc, self._rules, self._pki = milter_options, mc, rules, pki
        self._defines = dict(defines or {})
        if fingerprint:
            self._defines.setdefault("confCERT_FINGERPRINT_ALGORITHM", fingerprint)
        if not ask_for_certificate:
            self._defines.setdefault("confTLS_SRV_OPTIONS", "V")
        self._defines.setdefault("confCIPHER_LIST", ciphers)
        self._services = {name: dict(options) for name, options in (services or {}).items()}
        self._addresses = {name: (options.get("listen", "127.0.0.1"), instance.free_port())
                           for name, options in self._services.items()}
        self._hosts = instance.write_hosts(self.directory, hosts)
        self._daemon = None
        self._mailbox = instance.Mailbox(self.directory, keep=delivery == "keep")
        os.mkdir(self.etc, 0o755)
        os.mkdir(self.queue, 0o700)
        self.write_config()

    def service(self, name):
        """The (host, port) of one of `services`."""
        return self._addresses[name]

    def start(self):
        pid_file, output = (os.path.join(self.directory, one) for one in ("sendmail.pid", "out"))
        if os.path.exists(pid_file):
            os.unlink(pid_file)
        self._daemon = instance.Daemon([self._program, "-C", self._cf, "-bD"], "Sendmail",
                                       self.directory, self._environment(), output)
        try:
            instance.wait_for(lambda: os.path.exists(pid_file) and os.path.getsize(pid_file),
                              "pid file", process=self._daemon)
            for _, port, _ in self._daemons():
                instance.wait_for_port(port, process=self._daemon)
        except instance.Failed as error:
            self.stop()
            raise instance.Failed(f"{error}\n{open(output, encoding='utf-8').read()}{self.log()}"
                                  ) from error
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        if self._daemon:
            self._daemon.stop()
            self._daemon = None

    def running(self):
        return bool(self._daemon) and self._daemon.running()

    def processes(self):
        """Process ids of the whole instance."""
        return self._daemon.family() if self._daemon else []

    def reload(self, mc=None):
        """Takes other .mc lines into force by a restart. Sessions open now are cut off."""
        self._mc = self._mc if mc is None else mc
        self.stop()
        self.write_config()
        self.start()

    def delivered(self):
        """Messages delivered so far, oldest first, once the queue is empty of all but held ones."""
        try:
            instance.wait_for(lambda: not glob.glob(os.path.join(self.queue, "qf*")),
                              "empty queue", process=self._daemon)
        except instance.Failed as error:
            raise instance.Failed(f"{error}\n{self.log()[-3000:]}") from error
        return self._mailbox.messages()

    def held(self):
        """Quarantined messages, with the reason."""
        return [_read_queued(path) for path in
                sorted(glob.glob(os.path.join(self.queue, "hf*")), key=os.path.getmtime)]

    def clear(self):
        """Forgets delivered and held messages."""
        self.delivered()
        self._mailbox.clear()
        for path in glob.glob(os.path.join(self.queue, "hf*")):
            os.unlink(path)
            os.unlink(_body_of(path))

    def release(self, queue_id):
        """Lets a held message go on its way."""
        self._run(["-qQ", f"-qI{queue_id}", "-Q"])
        self._run([f"-qI{queue_id}"])

    def submit(self, sender, recipients, message):
        """Local submission, as by sendmail(1); Sendmail asks no milter about it."""
        recipients = [recipients] if isinstance(recipients, str) else recipients
        self._run(["-i", "-f", sender or "<>", "--", *recipients], message.encode())

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def write_config(self):
        """Writes the .mc file and has m4 make sendmail.cf of it."""
        for name, text in (("service.switch", "hosts files\naliases files\n"),
                           ("helpfile", ""), ("statistics", "")):
            with open(os.path.join(self.etc, name), "w", encoding="ascii") as out:
                out.write(text)
        mc = os.path.join(self.etc, "sendmail.mc")
        with open(mc, "w", encoding="ascii") as out:
            out.write(self._mc_text())
        done = subprocess.run(["m4", mc], capture_output=True, check=False)
        if done.returncode:
            raise instance.Failed(f"m4 {mc}: {done.stderr.decode()}")
        with open(self._cf, "wb") as out:
            out.write(done.stdout)

    @property
    def _cf(self):
        return os.path.join(self.etc, "sendmail.cf")

    def _mc_text(self):
        cf = os.path.join(self._prefix, "usr/share/sendmail/cf")
        places = {"etc": self.etc, "directory": self.directory, "queue": self.queue}
        defines = {name: value.format(**places) for name, value in DEFINES.items()}
        defines |= {**self._tls_defines(), **self._defines}
        lines = ["divert(-1)", f"define(`_CF_DIR_', `{cf}/')", f"include(`{cf}/m4/cf.m4')",
                 "OSTYPE(`linux')"]
        lines += [f"define(`{name}', `{value}')" for name, value in defines.items()
                  if value is not None]
        lines += [f"FEATURE(`{name}')" for name in FEATURES]
        for name, port, options in self._daemons():
            lines.append(f"DAEMON_OPTIONS(`Name={name}, Port={port}, {options}')")
        for number, milter in enumerate(self._milters):
            lines.append(f"INPUT_MAIL_FILTER(`forcetls{number or ''}', "
                         f"`S={milter}, {self._milter_options}')")
        lines += [self._mc, SINK.format(script=self._mailbox.script, delivered=self._mailbox.path),
                  self._rules]
        return "\n".join(lines) + "\n"

    def _tls_defines(self):
        if not self._pki:
            return {}
        server = self._pki.server
        return {"confCACERT_PATH": self.etc, "confCACERT": self._pki.ca_file,
                "confSERVER_CERT": server.chain, "confSERVER_KEY": server.key,
                "confCLIENT_CERT": server.chain, "confCLIENT_KEY": server.key}

    def _daemons(self):
        """(name, port, options) of each listener."""
        yield "MTA", self.smtp[1], "Family=inet, Addr=127.0.0.1"
        if self._pki:
            yield "TLSMTA", self.smtps[1], "Family=inet, Addr=127.0.0.1, M=s"
        if instance.have_ipv6():
            yield "MTA6", self.smtp6[1], "Family=inet6, Addr=::1"
        for name, (host, port) in self._addresses.items():
            modifiers = self._services[name].get("modifiers")
            yield name, port, (f"Family={'inet6' if ':' in host else 'inet'}, Addr={host}"
                               + (f", M={modifiers}" if modifiers else ""))

    def _environment(self):
        libraries = glob.glob(os.path.join(self._prefix, "usr/lib/*-linux-gnu*"))
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LD_LIBRARY_PATH": ":".join(libraries),
                "LD_PRELOAD": self._preload_library(), "FORCETLS_LOG": self.log_file,
                "FORCETLS_HOSTS": self._hosts}

    def _preload_library(self):
        library = os.path.join(self.directory, "preload.so")
        if not os.path.exists(library):
            compiler = shutil.which("cc") or shutil.which("gcc")
            if not compiler:
                raise instance.Unavailable("Sendmail's log needs a C compiler")
            subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library,
                            os.path.join(HERE, "sendmail_preload.c")], check=True)
        return library

    def _run(self, arguments, data=b""):
        done = subprocess.run([self._program, "-C", self._cf, *arguments], input=data,
                              capture_output=True, env=self._environment(), check=False)
        if done.returncode:
            raise instance.Failed(f"sendmail {arguments}: {(done.stdout + done.stderr).decode()}")
        return done.stdout


def _body_of(queue_file):
    directory, name = os.path.split(queue_file)
    return os.path.join(directory, "df" + name[2:])


def _read_queued(path):
    """A Message of a queue file (op.me, "Queue file format") and its data file."""
    sender, recipients, reason, headers = "", [], "", []
    for line in open(path, encoding="utf-8", errors="surrogateescape").read().splitlines():
        if line.startswith("S"):
            sender = line[1:].strip("<>")
        elif line.startswith("R"):
            recipients.append(line.partition(":")[2].strip("<>"))
        elif line.startswith("q"):
            reason = line[1:].strip()
        elif line.startswith("H"):
            headers.append(re.sub(r"^\?[^?]*\?", "", line[1:]))
        elif line[:1] in (" ", "\t") and headers:
            headers.append(line)
    body = open(_body_of(path), "rb").read()
    content = "\n".join(headers).encode(errors="surrogateescape") + b"\n\n" + body
    return instance.Message(sender, recipients, content, os.path.basename(path)[2:], reason)
