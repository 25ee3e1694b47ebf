dnl SPDX-FileCopyrightText: forcetls contributors
dnl SPDX-License-Identifier: Apache-2.0
dnl
dnl Sendmail asks forcetlsd about every server that it sends mail to, by the socket map of
dnl [outbound-map]. For sendmail.mc, behind the MAILER lines:
dnl
dnl   define(`FORCETLS_OUTBOUND_MAP', `inet:8892@127.0.0.1')dnl   (where the map is, by default this)
dnl   include(`/usr/share/doc/forcetls/examples/sendmail/forcetls-outbound.m4')dnl
dnl
dnl Mail to a server that is not what its connector demands waits, and so does all mail while
dnl forcetlsd is away. Sendmail needs SOCKETMAP and STARTTLS (sendmail -d0.13 -bt), as Debian's has.
dnl Own lines for LOCAL_TLS_RCPT or LOCAL_TLS_SERVER go behind this file, without that word.
dnl
dnl The key is the domain of the recipient: what changes that, changes the connector. A forged CNAME
dnl would; so names of recipients stay as they are. FEATURE(`nocanonify') has the same effect.
define(`confDONT_EXPAND_CNAMES', `True')dnl
dnl
dnl The names in a certificate's SANs are those of the newest connection, whichever is used: no older
dnl one may stay open beside it. No define() of this behind here!
define(`confMCI_CACHE_SIZE', `1')dnl
dnl
dnl For pins.
define(`confCERT_FINGERPRINT_ALGORITHM', `sha256')dnl
dnl
LOCAL_CONFIG
# forcetls: the SANs in class {cert_altnames}; the recipient in {rcpt_addr}, so that servers are
# judged before they learn the sender's address. A Sendmail without _FFR_TLS_ALTNAMES or _FFR_MTA_STS
# does without, and does not take the line.
O SetCertAltnames=true
O StrictTransportSecurity=true
Ksendmail_tls socket -f -d5 -T<TMPF> ifdef(`FORCETLS_OUTBOUND_MAP', `FORCETLS_OUTBOUND_MAP', `inet:8892@127.0.0.1')

LOCAL_TLS_SERVER
# Once for a connection, before MAIL.
R$*			$: $&{rcpt_addr}
R$+			$@ $>Forcetls $1

LOCAL_TLS_RCPT
# Before each RCPT.
R$*			$@ $>Forcetls $1

LOCAL_RULESETS
SForcetls
# A ruleset that Sendmail breaks off counts as passed: so the work is done in one below this, and
# only the very word that it says at its end lets mail through.
R$*			$: $>ForcetlsJudge $1
R<send>			$@ OK
R<wait> $-		$#error $@ 4.7.0 $: "454 TLS policy: " $1
R$*			$#error $@ 4.7.0 $: "454 TLS policy: forcetlsd does not answer"

SForcetlsJudge
R$*			$: <?> $>CanonAddr $1
R<?> $* < @ $+ . > $*	<?> $1 < @ $2 > $3
R<?> $* < @ $+ >	$: <> $2
R<?> $* @ $*		$@ <wait> "the recipient cannot be read"
R<?> $*			$: <>
R<> $*			$: <> $(sendmail_tls $1/$&{verify}/$&{tls_version}/$&{cipher}/$&{cert_fp}/$&{server_name}/$&{cn_subject}/ $: <none> $)
R<> send		$@ <send>
R<> wait $-		$@ <wait> $1
R<> named $- : $*	$@ $>ForcetlsNames $1 : $2

SForcetlsNames
R$- $* : $={cert_altnames} : $*	$@ <send>
R$- $*			$@ <wait> $1
