// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Fetching over HTTP for `forcetls refresh`, with libcurl: http and https only, a bound on size
/// and time, a few redirects. The only place that uses libcurl.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace forcetls {

struct FetchLimits {
  std::size_t bytes = 32 * 1024 * 1024;
  std::chrono::seconds connect{10};
  std::chrono::seconds whole{60};
};

/// The body of a 200 answer. In `problem` else one clean line: `unreachable: …`, `HTTP status 404`,
/// `larger than …`.
struct Fetched {
  std::string body;
  std::string problem;  // empty: it went well
  /// No name, no connection, or no end in time: not worth asking again.
  bool is_server_silent = false;
};

/// A proxy is used where the environment names one, as libcurl does (http_proxy, no_proxy).
Fetched fetch(const std::string& url, const FetchLimits& limits = {});
/// POST of an OCSP request (RFC 6960 appendix A).
Fetched fetch_ocsp(const std::string& url, std::string_view request,
                   const FetchLimits& limits = {});

}  // namespace forcetls
