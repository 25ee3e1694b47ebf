# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""Header sections that make a reader believe in an author at contoso.com, and such that do not
(attacks_live.py). `|` in a text stands for the line end CRLF; bytes are sent as they are."""

import base64

LONG_NAME = "From: " + "".join(f'"{"x" * 900}"| ' for _ in range(20)) + "<a@contoso.com>"
MANY_AUTHORS = "From: " + "".join(f"a{n}@else.example,| " for n in range(400)) + "a@contoso.com"


def long_header(size):
    """One From: field of about this size, in folded lines, with the address at its end."""
    return "From: " + "x" * 70 + ("| " + "x" * 70) * (size // 74) + "| <a@contoso.com>"


def base64_word(text):
    return f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="


# name: header section
OURS = {
    "plain": "From: a@contoso.com",
    "angle": "From: <a@contoso.com>",
    "display name": "From: Chief <a@contoso.com>",
    "display name of another": 'From: "x@else.example" <a@contoso.com>',
    "case": "fRoM: A@CONTOSO.COM",
    "no space": "From:a@contoso.com",
    "space before the colon": "From : a@contoso.com",
    "tab before the colon": "From\t: a@contoso.com",
    "trailing dot": "From: a@contoso.com.",
    "folded": "From:| a@contoso.com",
    "folded inside": "From: Chief|\t<a@|\tcontoso.com>",
    "folded with an empty line": "From: x@else.example,| \t| a@contoso.com",
    "after another field": "From: x@else.example|Subject: x|From: a@contoso.com",
    "before another field": "From: a@contoso.com|From: x@else.example",
    "twenty fields": "|".join(["From: x@else.example"] * 19 + ["From: a@contoso.com"]),
    "after an empty one": "From:|From: a@contoso.com",
    "list": "From: x@else.example, a@contoso.com",
    "list turned round": "From: a@contoso.com, x@else.example",
    "list with holes": "From: ,, x@else.example ,, a@contoso.com ,",
    "semicolons": "From: x@else.example; a@contoso.com",
    "group": "From: friends: a@contoso.com;",
    "group of two": "From: friends: x@else.example, Chief <a@contoso.com>;",
    "group left open": "From: friends: a@contoso.com",
    "group and address": "From: friends: x@else.example;, a@contoso.com",
    "comment": "From: a@contoso.com (x@else.example)",
    "comments within": "From: a(x)@(y)contoso.com(z)",
    "comment left open": "From: (x@else.example a@contoso.com",
    "nested comments": "From: (a (b) \\) c) a@contoso.com",
    "source route": "From: <@relay.example:a@contoso.com>",
    "quoted local part": 'From: "x@else.example"@contoso.com',
    "quote left open": 'From: "Chief <a@contoso.com>',
    "bracket left open": "From: Chief <a@contoso.com",
    "bracket not opened": "From: a@contoso.com>",
    "two brackets": "From: <x@else.example> <a@contoso.com>",
    "double brackets": "From: <<a@contoso.com>>",
    "two words": "From: Chief a@contoso.com",
    "two at signs": "From: x@else.example@contoso.com",
    "at signs turned round": "From: a@contoso.com@else.example",
    "spaces": "From: a @ contoso . com",
    "backslash": "From: a\\@contoso.com",
    "leading comma": "From: ,a@contoso.com",
    "leading semicolon": "From: ;a@contoso.com",
    "encoded address": "From: =?utf-8?Q?a=40contoso.com?=",
    "encoded whole": f"From: {base64_word('Chief <a@contoso.com>')}",
    "encoded in brackets": f"From: Chief <{base64_word('a@contoso.com')}>",
    "encoded local part": "From: =?utf-8?Q?a=40contoso.com=00?=@else.example",
    "encoded list": f"From: x@else.example, {base64_word('a@contoso.com')}",
    "encoded in pieces": "From: =?utf-8?Q?a=40con?=| =?utf-8?Q?toso.com?=",
    "A-label in another case": "From: a@XN--BCHER-KVA.example",
    "U-label": "From: a@bücher.example",
    "full stop of another script": "From: a@contoso。com",
    "full-width letters": "From: a@ｃｏｎｔｏｓｏ.com",
    "long display name": LONG_NAME,
    "400 authors": MANY_AUTHORS,
    "30 kB": long_header(30_000),
    "60 kB": long_header(60_000),
    "8-bit": b"From: M\xfcller <a@contoso.com>",
    "8-bit without name": b"From: \xff\xfe a@contoso.com",
    "control characters": b"From: \x01\x02Chief\x7f <a@contoso.com>",
    "NUL": b"From: Chief\x00 <a@contoso.com>",
    "vertical tab": b"From: a@\x0bcontoso.com",
    "bare LF": b"Subject: x\nFrom: a@contoso.com",
    "bare LF folded": b"From: x@else.example,\n a@contoso.com",
}

# In the clear: none of these authors is the partner.
OTHERS = {
    "author": "From: x@else.example",
    "display name": 'From: "a@contoso.com" <x@else.example>',
    "bare display name": "From: Chief of contoso.com <x@else.example>",
    "encoded display name": f"From: {base64_word('a@contoso.com')} <x@else.example>",
    "comment": "From: x@else.example (a@contoso.com)",
    "subdomain": "From: a@sub.contoso.com",
    "longer domain": "From: a@notcontoso.com, b@contoso.com.else.example",
    "quoted local part": 'From: "a@contoso.com"@else.example',
    "route": "From: <@contoso.com:x@else.example>",
    "other fields": "From: x@else.example|Sender: a@contoso.com|Reply-To: a@contoso.com|"
                    "Resent-From: a@contoso.com|Return-Path: <a@contoso.com>|To: b@contoso.com|"
                    "Errors-To: a@contoso.com|X-From: a@contoso.com|From-X: a@contoso.com",
    "list that rewrites": 'From: "Chief via Friends" <friends@list.example>|'
                          "Reply-To: a@contoso.com|X-Original-From: Chief <a@contoso.com>|"
                          "List-Id: <friends.list.example>|DKIM-Signature: v=1; d=contoso.com",
    "no author": "Subject: x",
    "empty": "From:",
    "null": "From: <>",
    "group of none": "From: undisclosed:;",
    "body": "From: x@else.example||From: a@contoso.com|> From: a@contoso.com",
    "forwarded": "From: x@else.example|MIME-Version: 1.0|Content-Type: message/rfc822||"
                 "From: a@contoso.com|Subject: inner||Hello.",
}


def message(headers, token):
    """A message with this header section, known again by its X-Token."""
    raw = headers if isinstance(headers, bytes) else headers.replace("|", "\r\n").encode()
    return b"X-Token: " + token.encode() + b"\r\n" + raw + b"\r\n\r\nHello.\r\n"
