# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Just enough DER to put into a certificate what the openssl command line refuses: other dates, and
a CN of any bytes. The changed certificate is signed anew with the issuer's key (not an Ed25519
one), with SHA-256."""

import base64
import subprocess
from dataclasses import dataclass

SEQUENCE, SET, OID, UTF8, BITS, GENERALIZED_TIME, VERSION = 0x30, 0x31, 6, 12, 3, 0x18, 0xA0
T61, BMP = 0x14, 0x1E
COMMON_NAME = bytes.fromhex("550403")


@dataclass(frozen=True)
class Text:
    """A string of another kind than UTF8String: its tag and its bytes."""

    tag: int
    content: bytes


def from_pem(path):
    """DER of the first certificate in a PEM file."""
    text = open(path, encoding="ascii").read()
    body = text.split("-----BEGIN CERTIFICATE-----")[1].split("-----END")[0]
    return base64.b64decode(body)


def to_pem(certificate):
    body = base64.encodebytes(certificate).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"


def public_key_info(certificate):
    return _fields(certificate)[5]


def serial(certificate):
    return _content(_fields(certificate)[0])


def with_validity(certificate, start, end, issuer_key):
    """Dates as YYYYMMDDHHMMSSZ."""
    fields = _fields(certificate)
    fields[3] = _wrap(SEQUENCE, *(_wrap(GENERALIZED_TIME, one.encode()) for one in (start, end)))
    return _signed(certificate, fields, issuer_key)


def with_common_name(certificate, name, issuer_key):
    """Replaces the (one) CN of the subject by a Text, or by bytes as a UTF8String."""
    fields = _fields(certificate)
    text = name if isinstance(name, Text) else Text(UTF8, name)
    wanted = _wrap(SET, _wrap(SEQUENCE, _wrap(OID, COMMON_NAME), _wrap(text.tag, text.content)))
    sets = _parts(_content(fields[4]))
    sets = [wanted if _wrap(OID, COMMON_NAME) in one else one for one in sets]
    fields[4] = _wrap(SEQUENCE, *sets)
    return _signed(certificate, fields, issuer_key)


def _fields(certificate):
    """The parts of TBSCertificate from serialNumber on: serial, algorithm, issuer, validity,
    subject, SubjectPublicKeyInfo, extensions (RFC 5280 section 4.1)."""
    fields = _parts(_content(_parts(_content(certificate))[0]))
    assert fields[0][0] == VERSION
    return fields[1:]


def _signed(certificate, fields, issuer_key):
    whole = _parts(_content(certificate))
    tbs = _wrap(SEQUENCE, _parts(_content(whole[0]))[0], *fields)
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", issuer_key], input=tbs,
                               capture_output=True, check=True).stdout
    return _wrap(SEQUENCE, tbs, whole[1], _wrap(BITS, b"\0" + signature))


def _wrap(tag, *contents):
    content = b"".join(contents)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _header(data, at):
    """(offset of the content, its size) of the element at `at`."""
    size = data[at + 1]
    if size < 128:
        return at + 2, size
    width = size & 0x7F
    return at + 2 + width, int.from_bytes(data[at + 2:at + 2 + width], "big")


def _content(element):
    start, size = _header(element, 0)
    return element[start:start + size]


def _parts(content):
    at, parts = 0, []
    while at < len(content):
        start, size = _header(content, at)
        parts.append(content[at:start + size])
        at = start + size
    return parts
