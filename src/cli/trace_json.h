// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// An explanation as one JSON object, for programs. Pure. Names are those of the audit record
/// (DESIGN.md section 8) where it has them; they do not change, new ones may come:
///
///   time mta stage helo sender from[] auth           texts; null: absent or unknown
///   client{address,name}                             likewise
///   sender_domains[] recipients[]                    as judged; as typed
///   tls{version,cipher,bits}                         null: no TLS, or unknown
///   certificate{state,subject_cn,issuer_cn,organization,organizational_unit,issuer_organization,
///               names,root,key_bits,sha256,key_sha256,revoked,source,problem}
///       state: absent, silent, untrusted, expired, verified, unknown; source: a file
///   unknown[] notes[]                                facts of --unknown; what the MTA would hide
///   exempt                                           null, or client, authenticated, …
///   judgements[{connector,mode,action,outcome,violations[],missing[],recipients[],
///               certificate_rule,address,place,passed_over[{connector,reason}],
///               findings[{requirement,rule,key,outcome,violation,wanted,seen}]}]
///       mode: enforce, suspended, monitor; action: what follows, or would, unless mode is
///       enforce; address: the domain judged, "<>" for the null sender; place: envelope or header;
///       passed_over: of the deciding connector
///   action reply x_tls                               what comes out. Refused: x_tls is null, else reply
///   refused[{recipient,reply}]                       single recipients, where action is no refusal
///   lacks_recipient                                  true: match-recipient matters, --to is lacking
#pragma once

#include <string>

#include "cli/explanation.h"

namespace forcetls {

/// One object, indented, ended by a newline. Bytes that are not UTF-8 become U+FFFD.
std::string format_trace_json(const Explanation& explanation);

}  // namespace forcetls
