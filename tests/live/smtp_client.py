# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A raw SMTP client that does just what it is told, right or wrong.

    with Client(mta.smtp, source="127.0.0.5") as client:
        client.ehlo()
        client.starttls(Tls("1.3", identity=pki.good), ehlo=False)
        reply = client.mail("a@contoso.com")          # Reply(code=530, lines=[...])

    record = deliver(mta.smtp, "a@contoso.com", tls=Tls("1.1"))
    record.stage, str(record.final)                   # "mail", "530 5.7.0 Must issue ..."
"""

import socket
import ssl
import struct
import warnings
from dataclasses import dataclass, field

VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
            "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
MESSAGE = "Subject: test\r\n\r\nHello.\r\n"


class Disconnected(Exception):
    """The server closed the connection, or broke off the TLS handshake."""


@dataclass
class Reply:
    """An SMTP reply: its code (0: the connection was closed instead) and its lines without it."""

    code: int
    lines: list

    @property
    def text(self):
        return "\n".join(self.lines)

    @property
    def ok(self):
        return 200 <= self.code < 400

    def __str__(self):
        return f"{self.code} {self.text}"


class Tls:
    """How to do TLS: one version ("1.0".."1.3"; None: what both can), an Identity of pki.py to
    show, an OpenSSL cipher list for versions to 1.2, an SNI name. The server's certificate is not
    checked. One object used for several connections resumes sessions where resume=True. .context is
    the ssl module's."""

    def __init__(self, version=None, identity=None, ciphers=None, sni=None, resume=False):
        self.version, self.identity, self.ciphers, self.sni = version, identity, ciphers, sni
        self._resume, self._session = resume, None
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        self.context.set_ciphers((ciphers or "ALL") + ":@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self.context.minimum_version = VERSIONS[version or "1.0"]
            self.context.maximum_version = VERSIONS[version or "1.3"]
        if identity:
            self.context.load_cert_chain(identity.chain, identity.key)

    def wrap(self, plain):
        return self.context.wrap_socket(plain, server_hostname=self.sni, session=self._session)

    def remember(self, secured):
        if self._resume:
            self._session = secured.session

    def __str__(self):
        return f"TLS {self.version or 'any'}" + (" with certificate" if self.identity else "")


class Client:
    """One connection. `address`: (host, port), or the path of a unix socket. `source`: local
    address, or (address, port). `tls` with wrapper mode: TLS before the greeting. `prelude`: bytes
    to send first (a PROXY header). The greeting is read at once into `banner`."""

    def __init__(self, address, source=None, wrapper=None, prelude=b"", timeout=8):
        if isinstance(address, str):
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(timeout)
            self._socket.connect(address)
        else:
            self._socket = _connect(address, timeout, source)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self._tls = None
        if prelude:
            self._socket.sendall(prelude)
        if wrapper:
            self._secure(wrapper)
        self.banner = self.read_reply()

    @property
    def local_port(self):
        return self._socket.getsockname()[1]

    @property
    def tls_version(self):
        return self._socket.version() if self._tls else None

    @property
    def cipher(self):
        return self._socket.cipher()[0] if self._tls else None

    @property
    def resumed(self):
        return bool(self._tls) and self._socket.session_reused

    def send(self, data):
        """Raw bytes (or ASCII/UTF-8 text), nothing added."""
        try:
            self._socket.sendall(data.encode() if isinstance(data, str) else data)
        except (ConnectionError, ssl.SSLError) as error:
            raise Disconnected(str(error)) from error

    def read_reply(self):
        """The next reply, of however many lines."""
        lines = []
        while True:
            line = self._read_line().decode(errors="surrogateescape")
            lines.append(line[4:])
            if line[3:4] != "-":
                return Reply(int(line[:3]), lines)

    def _read_line(self):
        while b"\n" not in self._buffer:
            try:
                if self._socket.family != socket.AF_UNIX:
                    # A server holds its reply back for 40 ms until its tickets are acknowledged.
                    self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                more = self._socket.recv(65536)
            except (ConnectionError, ssl.SSLError) as error:
                raise Disconnected(str(error)) from error
            if not more:
                raise Disconnected("connection closed")
            self._buffer += more
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r")

    def command(self, line):
        """Sends one line, returns its reply."""
        self.send((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return self.read_reply()

    def pipeline(self, lines):
        """Sends the lines in one packet; the list of their replies."""
        self.send("".join(line + "\r\n" for line in lines))
        return [self.read_reply() for _ in lines]

    def ehlo(self, name="client.example"):
        return self.command(f"EHLO {name}")

    def helo(self, name="client.example"):
        return self.command(f"HELO {name}")

    def starttls(self, tls, ehlo="client.example"):
        """STARTTLS, handshake, then EHLO with that name (None or False: no second EHLO). The reply
        to STARTTLS; Disconnected if the handshake fails."""
        reply = self.command("STARTTLS")
        if reply.code == 220:
            assert not self._buffer, "the server sent plaintext after its 220"
            self._secure(tls)
            if ehlo:
                self.ehlo(ehlo)
        return reply

    def _secure(self, tls):
        try:
            self._socket = tls.wrap(self._socket)
        except (ConnectionError, ssl.SSLError) as error:
            raise Disconnected(str(error)) from error
        self._tls = tls

    def mail(self, sender, parameters=""):
        """MAIL FROM:<sender>; an argument that has its own < is sent as it stands."""
        return self.command(f"MAIL FROM:{_path(sender)}{_word(parameters)}")

    def rcpt(self, recipient, parameters=""):
        return self.command(f"RCPT TO:{_path(recipient)}{_word(parameters)}")

    def data(self, message=MESSAGE):
        """DATA and, after a 354, the message (text or bytes, any line ends; dots are stuffed).
        The reply to the end, or to DATA if that was refused."""
        reply = self.command("DATA")
        return self.content(message) if reply.code == 354 else reply

    def content(self, message=MESSAGE):
        data = message.encode() if isinstance(message, str) else message
        lines = data.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
        stuffed = (b"." + line if line.startswith(b".") else line for line in lines)
        self.send(b"\r\n".join(stuffed) + b"\r\n.\r\n")
        return self.read_reply()

    def rset(self):
        return self.command("RSET")

    def xclient(self, **attributes):
        """XCLIENT ADDR=... NAME=...; the new greeting (send EHLO after it)."""
        return self.command("XCLIENT " + " ".join(f"{k.upper()}={v}" for k, v in
                                                   attributes.items()))

    def quit(self):
        """QUIT, answered or not, and close."""
        try:
            self.command("QUIT")
        except (Disconnected, OSError):
            pass
        self.close()

    def close(self):
        if self._tls:
            self._tls.remember(self._socket)
        self._socket.close()

    def abort(self):
        """Breaks the connection off (RST): its address and port can be used again at once."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None and self._socket.fileno() >= 0:
            self.quit()
        else:
            self.close()


def _connect(address, timeout, source):
    if isinstance(source, str) or source is None:
        return socket.create_connection(address, timeout, (source, 0) if source else None)
    plain = socket.socket(socket.AF_INET6 if ":" in source[0] else socket.AF_INET)
    # One port may lead to several servers at once.
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    plain.settimeout(timeout)
    plain.bind(source)
    plain.connect(address)
    return plain


def _path(address):
    return address if "<" in address else f"<{address}>"


def _word(parameters):
    return f" {parameters}" if parameters else ""


@dataclass
class Record:
    """The replies at each stage of one delivery. `stage`: where it ended: connect, ehlo, starttls,
    mail, rcpt, data, or done; `final`: the reply there (a disconnection has code 0); `rcpt`: one
    reply a recipient. `tls_version` and `cipher` as the client saw them."""

    stage: str = "connect"
    final: Reply = None
    banner: Reply = None
    ehlo: Reply = None
    starttls: Reply = None
    mail: Reply = None
    rcpt: list = field(default_factory=list)
    data: Reply = None
    tls_version: str = None
    cipher: str = None

    @property
    def accepted(self):
        return self.stage == "done"

    def at(self, stage, reply):
        """Notes the reply of a stage; true if it let the client go on."""
        self.stage, self.final = stage, reply
        if stage == "rcpt":
            self.rcpt.append(reply)
        else:
            setattr(self, "banner" if stage == "connect" else stage, reply)
        return reply.ok


def deliver(address, sender, recipients="user@local.test", tls=None, message=MESSAGE, source=None,
            helo="client.example", second_ehlo=True, wrapper=False, pipelined=False, prelude=b"",
            xclient=None, mail_parameters=""):
    """Delivers one message as told and returns its Record. `recipients`: one or a list. `tls`: a
    Tls for STARTTLS, or with wrapper=True from the start; None: in the clear. The message is sent
    if at least one recipient was accepted. Never raises for what the server does."""
    record = Record()
    recipients = [recipients] if isinstance(recipients, str) else list(recipients)
    try:
        with Client(address, source, tls if wrapper else None, prelude) as client:
            if not record.at("connect", client.banner):
                return record
            if not _greet(client, record, helo, None if wrapper else tls, second_ehlo, xclient):
                return record
            record.tls_version, record.cipher = client.tls_version, client.cipher
            _transaction(client, record, sender, recipients, message, pipelined, mail_parameters)
    except (Disconnected, OSError) as error:
        # A broken handshake comes after the server's 220; it is the stage's final word.
        record.final = Reply(0, [str(error)])
        if record.stage == "done":
            record.stage = "data"
    return record


def _greet(client, record, helo, tls, second_ehlo, xclient):
    if xclient and not (client.ehlo(helo).ok and record.at("connect", client.xclient(**xclient))):
        return False
    if helo and not record.at("ehlo", client.ehlo(helo)):
        return False
    if tls is None:
        return True
    record.stage = "starttls"
    return record.at("starttls", client.starttls(tls, helo if second_ehlo else None))


def _transaction(client, record, sender, recipients, message, pipelined, parameters):
    mail = f"MAIL FROM:{_path(sender)}{_word(parameters)}"
    rcpts = [f"RCPT TO:{_path(one)}" for one in recipients]
    if pipelined:
        replies = iter(client.pipeline([mail, *rcpts]))
    else:
        replies = (client.command(line) for line in [mail, *rcpts])
    record.stage = "mail"
    if not record.at("mail", next(replies)):
        return
    record.stage = "rcpt"
    accepted = [record.at("rcpt", reply) for reply in replies]
    if not any(accepted):
        return
    record.stage = "data"
    if record.at("data", client.data(message)):
        record.stage = "done"
