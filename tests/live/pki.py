# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""A throw-away PKI for tests and the demo, made with the openssl command line.

    pki = make_pki(directory)
    pki.good                                  CN=mail.contoso.com under issuing CA A1 under root A
    pki.client("mail.fabrikam.com", organization="Fabrikam, Inc.", unit="Mail")
    pki.client(("first.example", "mail.contoso.com"))             two CNs
    pki.client(None, organization="Contoso Ltd", names=["mail.contoso.com"])   SAN only
    pki.server, pki.ca_file                   what the MTA presents, and whom it trusts (roots A, C)

Every certificate is made when first asked for. The MTA trusts roots A and C, not B. Keys are P-256
unless `key` says otherwise. How they are made: certificate_maker.py.
"""

import functools

import der
from certificate_maker import CLIENT_AND_SERVER, CertificateMaker, Identity

CRL_URL = "http://crl.test/{}.crl"
OCSP_URL = "http://ocsp.test/"


class Pki(CertificateMaker):
    """See the module text. Named identities are properties; `client()` makes any other."""

    # Authorities.

    @property
    def root_a(self):
        return self.authority("root-a", "Test Root CA A")

    @property
    def root_a_imitation(self):
        """A root of A's very name, not in `ca_file`."""
        return self.authority("root-a-imitation", "Test Root CA A")

    @property
    def root_b(self):
        """Not in `ca_file`."""
        return self.authority("root-b", "Test Root CA B")

    @property
    def root_c(self):
        return self.authority("root-c", "Test Root CA C")

    @property
    def issuer_a1(self):
        return self.authority("issuer-a1", "Test Issuing CA A1", self.root_a)

    @property
    def issuer_a1_twin(self):
        """An issuing CA of A1's very name under another trusted root."""
        return self.authority("issuer-a1-twin", "Test Issuing CA A1", self.root_c)

    @property
    def issuer_a1_rekeyed(self):
        """A1's name and root, another key: a CA that changed its key, or took a name in use."""
        return self.authority("issuer-a1-rekeyed", "Test Issuing CA A1", self.root_a)

    @property
    def issuer_without_cn(self):
        return self.authority("issuer-o", None, self.root_a, "Test Issuer Without CN")

    @property
    def issuer_for_example_net(self):
        """May issue for names in example.net only."""
        return self.authority("issuer-net", "Test Issuing CA Net", self.root_a,
                              constraints="permitted;DNS:example.net")

    @property
    def issuer_with_crl(self):
        """Its own revocation is told by root A's CRL."""
        return self.authority("issuer-crl", "Test Issuing CA R", self.root_a,
                              crl=CRL_URL.format("root-a"))

    @functools.cached_property
    def ca_file(self):
        """The MTA's CAfile: roots A and C."""
        return self.concatenate("ca.pem", self.root_a.certificate, self.root_c.certificate)

    # What the MTA presents.

    @property
    def server(self):
        return self.client("mx.local.test", names=["mx.local.test", "localhost"], key="rsa:2048")

    # Partners, good and bad. CN=mail.contoso.com unless the name says otherwise.

    @property
    def good(self):
        return self.client("mail.contoso.com", organization="Contoso Ltd", unit="Mail")

    @property
    def wrong_name(self):
        return self.client("mail.fabrikam.com", organization="Fabrikam Inc")

    @property
    def untrusted(self):
        return self.client("mail.contoso.com", issuer=self.root_b)

    @property
    def selfsigned(self):
        return self.leaf(None, "mail.contoso.com")

    @property
    def expired(self):
        return self.client("mail.contoso.com", validity=("20200101000000Z", "20210101000000Z"))

    @property
    def not_yet_valid(self):
        return self.client("mail.contoso.com", validity=("20480101000000Z", "20490101000000Z"))

    @property
    def server_only(self):
        return self.client("mail.contoso.com", usage="serverAuth")

    @property
    def san_only(self):
        return self.client(None, organization="Contoso Ltd", names=["mail.contoso.com"])

    @property
    def issuer_twin(self):
        return self.client("mail.contoso.com", issuer=self.issuer_a1_twin)

    @property
    def issuer_o(self):
        return self.client("mail.contoso.com", issuer=self.issuer_without_cn)

    @property
    def without_chain(self):
        """The good leaf, sent without the issuing CA's certificate: no MTA can trust it."""
        good = self.good
        return Identity("without-chain", good.key, good.certificate, good.certificate, good.issuer)

    @property
    def two_names(self):
        return self.client(("first.example", "mail.contoso.com"))

    @property
    def two_names_good_first(self):
        return self.client(("mail.contoso.com", "second.example"))

    @property
    def slash_name(self):
        return self.client("evil.example/CN=mail.contoso.com")

    @property
    def slash_organization(self):
        """An O that, in a DN split at slashes, passes for a CN."""
        return self.client("evil.example", organization="Evil/CN=mail.contoso.com")

    @property
    def slash_unit_as_organization(self):
        return self.client("mail.contoso.com", organization="Evil", unit="x/O=Contoso Ltd")

    @property
    def wildcard(self):
        return self.client("*.contoso.com")

    @property
    def spaces(self):
        return self.client(" mail contoso  com")

    @property
    def leading_space(self):
        return self.client(" mail.contoso.com")

    @property
    def trailing_dot(self):
        return self.client("mail.contoso.com.")

    @property
    def upper_case(self):
        return self.client("MAIL.Contoso.COM")

    @property
    def utf8(self):
        return self.client("mäil.contoso.日本.example", organization="Müller GmbH & Co")

    @property
    def empty_name(self):
        return self.client(b"")

    @property
    def long_name(self):
        """A CN of 316 bytes that begins like the good one."""
        return self.client(b"mail.contoso.com" + b".x" * 150)

    @property
    def nul_name(self):
        return self.client(b"mail.contoso.com\0.evil.example")

    @property
    def newline_name(self):
        return self.client(b"mail.contoso.com\nX-Evil: yes")

    # Names that need care.

    @property
    def quotes(self):
        return self.client("mail\"cont'oso.com")

    @property
    def plus(self):
        return self.client("mail+contoso.com")

    @property
    def punctuation(self):
        return self.client("a<b>(c)\\d;e,f=g%41&h{i}[j]~!#$*?@k")

    @property
    def name_like_dn(self):
        return self.client("CN=mail.contoso.com,O=Contoso Ltd")

    @property
    def slash_after_name(self):
        return self.client("mail.contoso.com/CN=evil.example")

    @property
    def latin1(self):
        """A CN in a T61String."""
        return self.client(der.Text(der.T61, "mäil.contoso.com".encode("latin-1")))

    @property
    def two_byte(self):
        """The good CN in a BMPString."""
        return self.client(der.Text(der.BMP, "mail.contoso.com".encode("utf-16-be")))

    @property
    def multi_valued(self):
        """The good CN in one RDN with an OU."""
        return self.client("subject:/C=US/OU=mail+CN=mail.contoso.com")

    @property
    def tab_name(self):
        return self.client(b"mail\t.contoso.com")

    @property
    def revocable(self):
        return self.client("mail.contoso.com", issuer=self.issuer_with_crl,
                           crl=CRL_URL.format("issuer"))

    @property
    def revoked(self):
        """On the issuer's CRL."""
        return self.client("mail.contoso.com", organization="Revoked Ltd",
                           issuer=self.issuer_with_crl, crl=CRL_URL.format("issuer"))

    def client(self, name, organization=None, unit=None, names=(), issuer=None,
               usage=CLIENT_AND_SERVER, key="ec", validity=None, crl=None, ocsp=None):
        """A leaf certificate, by default under issuing CA A1.

        name: the CN; None for none; a tuple for several; bytes or der.Text for one that openssl
        would refuse (too long, NUL, control characters, another kind of string); `subject:` and
        openssl's -subj for a whole name.
        names: DNS SANs. issuer: an authority of this class. usage: extendedKeyUsage.
        key: ec, ed25519, rsa:2048, rsa:1024, or an Identity, whose key is used again.
        validity: (from, to) as YYYYMMDDHHMMSSZ. crl, ocsp: URLs that tell of revocation."""
        return self.leaf(issuer or self.issuer_a1, name, organization, unit, names, usage, key,
                         validity, crl, ocsp)


def make_pki(directory):
    """An empty Pki in `directory` (made if missing); certificates follow as they are used."""
    return Pki(directory)
