# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A private Postfix on loopback, beside any other and without /etc/postfix/main.cf.

    with BaseDirectory() as base, Postfix(base, pki, milter="inet:8891@127.0.0.1") as mta:
        deliver(mta.smtp, "a@contoso.com", tls=Tls("1.3", pki.good))
        mta.delivered()[0].headers("Authentication-Results")

It accepts mail for every domain from everywhere, asks no DNS, and hands all of it to a script that
keeps it. sendmail.py's Sendmail has the same public interface.
"""

import glob
import grp
import json
import os
import pwd
import shutil
import subprocess
import time

import instance

DAEMONS = "/usr/lib/postfix/sbin"
QUEUES = ("incoming", "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "saved",
          "trace", "private")
BUSY = ("incoming", "active", "deferred", "maildrop")
MASTER_CF = """postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
sink unix - n n - 1 pipe flags= user=nobody null_sender=
  argv=/bin/sh {script} {delivered} ${{queue_id}} ${{sender}} ${{recipient}}
"""


class Postfix(instance.Logged):
    """A context manager; start() and stop() by hand do the same.

    base       BaseDirectory; a directory of its own is made in it.
    pki        Pki for server certificate and CAfile; None: no TLS at all.
    milter     as in forcetls.conf, `unix:/path`, `inet:8891@127.0.0.1`, `inet6:8891@::1`, or a list
               of such; None: no milter.
    local_milter  also for local submission (non_smtpd_milters).
    main_cf    further or other main.cf parameters ({name: value}).
    services   further smtpd listeners: {name: {parameter: value}}, with the extra keys `listen`
               ("127.0.0.1" (default), "::1" or "unix") and `chroot` (True). Their addresses:
               mta.service(name).
    delivery   "keep" (delivered() shows it) or "discard" (fast).
    hosts      {address: name} for reverse and forward look-ups of clients.

    .name "postfix"; .smtp .smtps .smtp6 (host, port): port 25, 465 and IPv6 alike."""

    name = "postfix"

    def __init__(self, base, pki=None, milter=None, main_cf=None, services=None, delivery="keep",
                 hosts=None, local_milter=False):
        instance.require_root()
        if not os.access(f"{DAEMONS}/master", os.X_OK):
            raise instance.Unavailable("Postfix is not installed")
        self.directory = base.sub("postfix")
        self.config, self.queue, self.data = (
            os.path.join(self.directory, one) for one in ("etc", "queue", "data"))
        self.log_file = os.path.join(self.directory, "mail.log")
        self.smtp, self.smtps = (("127.0.0.1", instance.free_port()) for _ in range(2))
        self.smtp6 = ("::1", instance.free_port())
        self._milters = [milter] if isinstance(milter, str) else list(milter or [])
        self._local_milter, self._delivery, self._pki = local_milter, delivery, pki
        self._overrides = dict(main_cf or {})
        self._services = {name: dict(options) for name, options in (services or {}).items()}
        self._addresses = {name: self._address(name, options)
                           for name, options in self._services.items()}
        self._env = self._hosts_environment(hosts)
        self._daemon = None
        self._mailbox = instance.Mailbox(self.directory)
        self._make_directories()
        self.write_config()

    def service(self, name):
        """The address of one of `services`: (host, port) or the path of a unix socket."""
        return self._addresses[name]

    def start(self):
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "MAIL_CONFIG": self.config, **self._env}
        started = self.log().count("daemon started")
        self._daemon = instance.Daemon([f"{DAEMONS}/master", "-c", self.config, "-s"], "Postfix",
                                       self.directory, env, os.path.join(self.directory, "out"))
        try:
            instance.wait_for(lambda: self.log().count("daemon started") > started,
                              "started Postfix", process=self._daemon)
        except instance.Failed as error:
            self.stop()
            output = open(os.path.join(self.directory, "out"), encoding="utf-8").read()
            raise instance.Failed(f"{error}\n{output}{self.log()}") from error
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

    def reload(self, main_cf=None):
        """Takes other main.cf parameters into force by a restart: after `postfix reload` an idle
        smtpd serves one more client with the old ones. Sessions open now are cut off."""
        self._overrides.update(main_cf or {})
        self.stop()
        self.write_config()
        self.start()

    def delivered(self):
        """Messages delivered so far, oldest first, once the queue is empty of all but held ones."""
        try:
            instance.wait_for(lambda: not self._busy(), "empty queue", process=self._daemon)
        except instance.Failed as error:
            raise instance.Failed(f"{error}\n{self.log()[-3000:]}") from error
        return self.kept()

    def kept(self):
        """As delivered(), without waiting."""
        return self._mailbox.messages()

    def held(self):
        """Messages in the hold queue (quarantined). Postfix 3.7 keeps no reason."""
        held = []
        for line in self._tool("postqueue", "-j").splitlines():
            entry = json.loads(line)
            if entry["queue_name"] == "hold":
                queue_id = entry["queue_id"]
                content = self._tool("postcat", "-h", "-b", "-q", queue_id)
                held.append(instance.Message(entry["sender"].replace("MAILER-DAEMON", ""),
                                             [one["address"] for one in entry["recipients"]],
                                             content, queue_id))
        return held

    def clear(self):
        """Forgets delivered and held messages."""
        self.delivered()
        self._mailbox.clear()
        self._tool("postsuper", "-d", "ALL", "hold")

    def release(self, queue_id):
        """Lets a held message go on its way."""
        self._tool("postsuper", "-H", queue_id)
        self._tool("postqueue", "-f")

    def submit(self, sender, recipients, message):
        """Local submission, as by sendmail(1)."""
        recipients = [recipients] if isinstance(recipients, str) else recipients
        subprocess.run(["/usr/sbin/sendmail", "-C", self.config, "-i", "-f", sender or "<>",
                        "--", *recipients], input=message.encode(), check=True,
                       env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def write_config(self):
        """Writes main.cf and master.cf; start() and reload() take them into force."""
        write_cooled(os.path.join(self.config, "main.cf"),
                     (f"{name} = {value}\n" for name, value in self._parameters().items()))
        with open(os.path.join(self.config, "master.cf"), "w", encoding="utf-8") as out:
            out.write(self._master_cf())

    def _parameters(self):
        transport = "sink" if self._delivery == "keep" else "discard"
        milters = " ".join(map(_postfix_milter, self._milters))
        environment = "MAIL_CONFIG MAIL_LOGTAG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME"
        parameters = {
            "compatibility_level": "3.6",
            "config_directory": self.config,
            "queue_directory": self.queue,
            "data_directory": self.data,
            "maillog_file": self.log_file,
            "maillog_file_prefixes": self.directory,
            "import_environment": " ".join([environment, *self._env]),
            "myhostname": "mx.local.test",
            "mydestination": "",
            "mynetworks": "127.0.0.1/32 [::1]/128",
            "inet_interfaces": "127.0.0.1 [::1]" if instance.have_ipv6() else "127.0.0.1",
            "inet_protocols": "all" if instance.have_ipv6() else "ipv4",
            "smtpd_peername_lookup": "yes" if self._env else "no",
            "local_recipient_maps": "", "alias_maps": "", "alias_database": "",
            "smtpd_relay_restrictions": "check_client_access static:OK, reject",
            "smtpd_error_sleep_time": "0", "smtpd_timeout": "60s",
            "smtpd_soft_error_limit": "10000", "smtpd_hard_error_limit": "10000",
            "smtpd_junk_command_limit": "10000", "smtpd_recipient_limit": "5000",
            "smtpd_recipient_overshoot_limit": "5000",
            "smtpd_client_connection_count_limit": "0", "anvil_rate_time_unit": "1s",
            "sink_destination_recipient_limit": "5000", "in_flow_delay": "0",
            "notify_classes": "", "smtpd_milters": milters,
            "milter_default_action": "tempfail",
        }
        parameters |= {name: f"{transport}:" for name in (
            "default_transport", "local_transport", "virtual_transport", "relay_transport")}
        if self._local_milter:
            parameters["non_smtpd_milters"] = milters
        return {**parameters, **self._tls_parameters(), **self._overrides}

    def _tls_parameters(self):
        if not self._pki:
            return {}
        return {
            "smtpd_tls_security_level": "may", "smtpd_tls_loglevel": "1",
            "smtpd_tls_chain_files": f"{self._pki.server.key} {self._pki.server.chain}",
            "smtpd_tls_ask_ccert": "yes", "smtpd_tls_CAfile": self._pki.ca_file,
            "smtpd_tls_protocols": ">=TLSv1", "smtpd_tls_mandatory_protocols": ">=TLSv1",
            "smtpd_tls_ciphers": "low", "smtpd_tls_mandatory_ciphers": "low",
            "smtpd_tls_received_header": "yes", "smtpd_tls_exclude_ciphers": "",
            "smtpd_tls_session_cache_database": f"btree:{self.data}/smtpd_scache",
        }

    def _master_cf(self):
        lines = [MASTER_CF.format(script=self._mailbox.script, delivered=self._mailbox.path),
                 _smtpd(self.smtp, {}, "smtpd"),
                 _smtpd(self.smtps, {"smtpd_tls_wrappermode": "yes"}, "smtps")]
        if instance.have_ipv6():
            lines.append(_smtpd(self.smtp6, {}, "smtp6"))
        lines += [_smtpd(self._addresses[name], options, name)
                  for name, options in self._services.items()]
        return "".join(lines)

    def _hosts_environment(self, hosts):
        """Environment in which no daemon asks the DNS for a client's name."""
        if not glob.glob("/usr/lib/*/libnss_wrapper.so*"):
            if hosts:
                raise instance.Unavailable("names for client addresses need libnss-wrapper")
            return {}
        return {"LD_PRELOAD": "libnss_wrapper.so",
                "NSS_WRAPPER_HOSTS": instance.write_hosts(self.directory, hosts)}

    def _address(self, name, options):
        where = options.get("listen", "127.0.0.1")
        if where == "unix":
            return os.path.join(self.queue, "public", name)
        return where, instance.free_port()

    def _make_directories(self):
        os.mkdir(self.config, 0o755)
        for path, mode in ((self.queue, 0o755), (self.data, 0o700)):
            os.mkdir(path, mode)
        shutil.chown(self.data, "postfix", "postfix")
        owner, drop = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid
        for name in QUEUES:
            path = os.path.join(self.queue, name)
            os.mkdir(path, 0o700)
            os.chown(path, owner, 0)
        for name, mode in (("maildrop", 0o730), ("public", 0o710)):
            path = os.path.join(self.queue, name)
            os.mkdir(path)
            os.chown(path, owner, drop)
            os.chmod(path, mode)
        os.mkdir(os.path.join(self.queue, "pid"), 0o755)
        for file in ("services", "resolv.conf", "nsswitch.conf", "hosts", "localtime"):
            if os.path.exists(f"/etc/{file}"):
                os.makedirs(os.path.join(self.queue, "etc"), exist_ok=True)
                shutil.copy(f"/etc/{file}", os.path.join(self.queue, "etc", file))

    def _busy(self):
        return any(files for name in BUSY
                   for _, _, files in os.walk(os.path.join(self.queue, name)))

    def _tool(self, program, *arguments):
        done = subprocess.run([f"/usr/sbin/{program}", "-c", self.config, *arguments],
                              capture_output=True, check=False)
        if done.returncode:
            raise instance.Failed(f"{program}: {done.stderr.decode()}")
        return done.stdout


def write_cooled(path, lines):
    """As if long ago: Postfix waits up to two seconds for a file of its own format that was written
    just now (dict_load_file_xt())."""
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(lines)
    then = time.time() - 10
    os.utime(path, (then, then))


def _smtpd(address, options, name):
    """A master.cf entry. {parameter: value} become -o options."""
    chroot = "y" if options.get("chroot") else "n"
    if isinstance(address, str):
        endpoint = f"{name} unix n"
    else:
        host, port = address
        endpoint = f"[{host}]:{port} inet n" if ":" in host else f"{host}:{port} inet n"
    own = {"syslog_name": f"postfix/{name}", **options}
    words = format_options({key: value for key, value in own.items()
                            if key not in ("listen", "chroot")})
    return f"{endpoint} - {chroot} - - smtpd\n{words}"


def format_options(options):
    """The lines below a master.cf entry."""
    return "".join(f"  -o {{ {key} = {value} }}\n" for key, value in options.items())


def _postfix_milter(socket):
    """`unix:PATH`, `inet:PORT@HOST`, `inet6:PORT@HOST` in Postfix's spelling."""
    kind, _, rest = socket.partition(":")
    if kind in ("unix", "local"):
        return f"unix:{rest}"
    port, _, host = rest.partition("@")
    host = host.strip("[]") or "127.0.0.1"
    return f"inet:[{host}]:{port}" if ":" in host else f"inet:{host}:{port}"
