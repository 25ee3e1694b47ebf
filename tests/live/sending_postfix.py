# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A private Postfix that sends: its smtp(8) delivers to the sinks of partners.py, by MX records.

    tables = {"smtp_tls_policy_maps": {"contoso.test": "secure"},
              "transport_maps": {"fabrikam.test": f"smtp:{sink.next_hop}"}}
    with SendingPostfix(base, pki, partners.resolver, tables) as mta:
        attempt = mta.send("user@contoso.test")
        str(attempt), attempt.tls[-1].trust           # "sent 2.0.0 250 2.0.0 taken", "Verified"
        again = mta.retry(attempt)

It asks no name server but that one. It tries a mail again only when told to, however often the next
hop failed before; main_cf=FAST_RETRY makes a queue that moves by itself."""

import glob
import os
import time

import instance
from postfix import Postfix, format_options, write_cooled
from postfix_log import read_attempts
from smtp_client import MESSAGE, deliver

SENDER = "sender@local.test"
FAST_RETRY = {"minimal_backoff_time": "1s", "maximal_backoff_time": "1s", "queue_run_delay": "1s"}
# After a failed handshake Postfix goes on in the clear, where the policy lets it, once the mail is
# as old as minimal_backoff_time (smtp.h: PLAINTEXT_FALLBACK_OK_AFTER_STARTTLS_FAILURE).
FALLBACK_AGE = 1
SERVICE = "{name} unix - - {chroot} - {processes} smtp\n"


class SendingPostfix(Postfix):
    """As Postfix, but nothing is delivered here, save mail to virtual_mailbox_domains: see kept().

    resolver   address of the name server, port 53.
    tables     {parameter: {key: value}}: texthash maps.
    clients    further smtp(8) services: {name: {parameter: value}}, with the extra keys `chroot`
               and `processes`, the most at once. Where no transport map says otherwise, mail from
               NAME@local.test goes by them.
    main_cf    as there. TLS is opportunistic unless smtp_tls_security_level says otherwise; DANE
               needs smtp_dns_support_level=dnssec."""

    def __init__(self, base, pki, resolver, tables=None, clients=None, **options):
        if not glob.glob("/usr/lib/*/libresolv_wrapper.so*"):
            raise instance.Unavailable("a name server of one's own needs libresolv-wrapper")
        self._resolver, self._tables, self._old_enough = resolver, dict(tables or {}), {}
        self._clients = dict(clients or {})
        super().__init__(base, pki, **options)

    def reload(self, main_cf=None, tables=None):
        """Takes other parameters and tables into force by a restart, which tries again what has
        been deferred for a second."""
        self._tables.update(tables or {})
        super().reload(main_cf)

    def submit_mail(self, recipients, sender=SENDER, message=MESSAGE, **how):
        """By SMTP; its queue id."""
        record = deliver(self.smtp, sender, recipients, message=message, **how)
        if not record.accepted:
            raise instance.Failed(f"not submitted: {record.stage} {record.final}")
        queue_id = record.data.text.split()[-1]
        self._old_enough[queue_id] = time.monotonic() + FALLBACK_AGE
        return queue_id

    def send(self, recipient, sender=SENDER, message=MESSAGE, **how):
        """Submits a mail and waits for the first Attempt to deliver it."""
        return self.wait_attempts(self.submit_mail(recipient, sender, message, **how))[0]

    def retry(self, attempt):
        """Has a deferred mail tried again, once it is old enough to go in the clear, and waits for
        the Attempt after this one."""
        self._wait_deferred(attempt)
        if not self._attempts_after(attempt):
            self._tool("postqueue", "-i", attempt.queue_id)
        return self._next_attempt(attempt)

    def retry_all(self, attempts):
        """The same for many mails at once, and whatever else is deferred."""
        for attempt in attempts:
            self._wait_deferred(attempt)
        self.flush()
        return [self._next_attempt(attempt) for attempt in attempts]

    def flush(self, queue_ids=()):
        """postqueue -f: all that is deferred is tried again, and of these mails none is left out:
        Postfix logs that a mail is deferred before it is in that queue."""
        instance.wait_for(lambda: all(map(self._is_deferred, queue_ids)), "deferred mail",
                          process=self._daemon)
        self._tool("postqueue", "-f")

    def attempts(self, queue_id):
        """All attempts for a mail up to now."""
        return read_attempts(self.log(), queue_id)

    def wait_attempts(self, queue_id, number=1):
        """The first so many attempts for a mail, once they are made."""
        return instance.wait_for(lambda: self.attempts(queue_id)[number - 1:] and
                                 self.attempts(queue_id)[:number],
                                 f"attempt {number} for {queue_id}", process=self._daemon)

    def clear(self):
        """Forgets all mail in the queue."""
        self._tool("postsuper", "-d", "ALL")

    def write_config(self):
        for parameter, table in self._tables.items():
            write_cooled(self._table(parameter),
                         (f"{key} {value}\n" for key, value in table.items()))
        super().write_config()

    def _wait_deferred(self, attempt):
        queue_id = attempt.queue_id
        instance.wait_for(lambda: time.monotonic() > self._old_enough.get(queue_id, 0) and
                          (self._is_deferred(queue_id) or self._attempts_after(attempt)),
                          "deferred mail", process=self._daemon)

    def _next_attempt(self, attempt):
        return self.wait_attempts(attempt.queue_id, attempt.number + 1)[-1]

    def _attempts_after(self, attempt):
        return self.attempts(attempt.queue_id)[attempt.number:]

    def _is_deferred(self, queue_id):
        return glob.glob(os.path.join(self.queue, "deferred", "*", queue_id))

    def _table(self, parameter):
        return os.path.join(self.config, parameter)

    def _parameters(self):
        parameters = {
            "default_transport": "smtp:", "relay_transport": "smtp:",
            "default_destination_concurrency_failed_cohort_limit": "0",
            "minimal_backoff_time": f"{FALLBACK_AGE}s", "maximal_backoff_time": "1h",
            "queue_run_delay": "1h",
            "smtp_tls_security_level": "may", "smtp_tls_loglevel": "1",
            "smtp_tls_CAfile": self._pki.ca_file,
        }
        if self._clients:
            by_sender = " ".join(f"{{ {name}@local.test = {name}: }}" for name in self._clients)
            parameters["sender_dependent_default_transport_maps"] = f"inline:{{ {by_sender} }}"
        tables = {name: f"texthash:{self._table(name)}" for name in self._tables}
        return {**super()._parameters(), **parameters, **tables, **self._overrides}

    def _master_cf(self):
        return super()._master_cf() + _smtp("smtp", {}) + "".join(
            _smtp(name, options) for name, options in self._clients.items())

    def _hosts_environment(self, hosts):
        environment = super()._hosts_environment(hosts)
        self._resolver_file = os.path.join(self.directory, "resolv.conf")
        self._write_resolver_file(self._resolver_file)
        preload = f"{environment.get('LD_PRELOAD', '')} libresolv_wrapper.so".strip()
        return {**environment, "LD_PRELOAD": preload, "RESOLV_WRAPPER_CONF": self._resolver_file}

    def _make_directories(self):
        super()._make_directories()
        self._write_resolver_file(self.queue + self._resolver_file)    # for smtp(8) in a chroot

    def _write_resolver_file(self, path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as out:
            out.write(f"nameserver {self._resolver}\n")


def _smtp(name, options):
    """A master.cf entry. {parameter: value} become -o options."""
    own = {"syslog_name": f"postfix/{name}", **options} if options else {}
    entry = SERVICE.format(name=name, chroot="y" if own.pop("chroot", False) else "n",
                           processes=own.pop("processes", "-"))
    return entry + format_options(own)
