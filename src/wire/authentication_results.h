// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// The x-tls result in Authentication-Results fields (RFC 8601): writing ours, and recognising
/// those that pretend to be ours. Does not interpret other methods and evaluates no result. Pure
/// and thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace forcetls {

/// Whether `text` can stand unquoted as authserv-id: a token (RFC 2045 section 5.1) of at most 255
/// bytes, such as `mx.example.org`.
bool is_valid_authserv_id(std::string_view text);

/// The field's value, `mx.example.org; x-tls=pass`. `authserv_id` is a valid one; `result` is
/// `pass`, `fail`, `none` or `fail (monitor)`, a result and a comment.
std::string format_authentication_results(std::string_view authserv_id, std::string_view result);

/// Whether a received field's value claims `authserv_id` (compared without case) and holds a result
/// of the method x-tls of any version. Comments, folding, quoting and a version after the id are
/// read as RFC 8601 section 2.2 says. A value that claims the id and breaks that grammar counts if
/// `x-tls` stands anywhere in it: other readers may be less strict. Takes linear time.
bool is_own_tls_result(std::string_view value, std::string_view authserv_id);

}  // namespace forcetls
