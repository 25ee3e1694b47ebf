// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

#include "cli/fetch.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "wire/printable.h"

namespace forcetls {

namespace {

constexpr long kMaxRedirects = 3;
constexpr const char* kProtocols = "http,https";
constexpr std::size_t kMaxProblem = 200;

using Handle = std::unique_ptr<CURL, void (*)(CURL*)>;
using HeaderList = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

void initialise_once() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) throw std::runtime_error(curl_easy_strerror(result));
}

struct Body {
  std::string bytes;
  std::size_t most = 0;
  bool is_too_large = false;
};

/// What it does not take ends the transfer.
std::size_t take_body(const char* data, std::size_t, std::size_t size, void* target) {
  Body& body = *static_cast<Body*>(target);
  body.is_too_large = size > body.most - body.bytes.size();
  if (body.is_too_large) return 0;
  body.bytes.append(data, size);
  return size;
}

std::string format_size(std::size_t bytes) {
  constexpr std::size_t kMebibyte = 1024 * 1024;
  return bytes % kMebibyte ? fmt::format("{} bytes", bytes)
                           : fmt::format("{} MiB", bytes / kMebibyte);
}

bool is_silence(CURLcode result) {
  return result == CURLE_COULDNT_RESOLVE_HOST || result == CURLE_COULDNT_CONNECT ||
         result == CURLE_OPERATION_TIMEDOUT;
}

/// One transfer, set up so that no server can keep us or lead us elsewhere than to HTTP.
class Transfer {
 public:
  Transfer(const std::string& url, const FetchLimits& limits)
      : handle_(curl_easy_init(), curl_easy_cleanup), limits_(limits) {
    if (!handle_) throw std::runtime_error("libcurl cannot start");
    body_.most = limits.bytes;
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, kProtocols);
    set(CURLOPT_REDIR_PROTOCOLS_STR, kProtocols);
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, kMaxRedirects);
    set(CURLOPT_POSTREDIR, static_cast<long>(CURL_REDIR_POST_ALL));
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(limits.connect.count()));
    set(CURLOPT_TIMEOUT, static_cast<long>(limits.whole.count()));
    set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(limits.bytes));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_USERAGENT, "forcetls/" FORCETLS_VERSION);
    set(CURLOPT_WRITEFUNCTION, take_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&body_));
    set(CURLOPT_ERRORBUFFER, error_.data());
  }

  void post(std::string_view body) {
    for (const char* line :
         {"Content-Type: application/ocsp-request", "Accept: application/ocsp-response"})
      headers_.reset(curl_slist_append(headers_.release(), line));
    set(CURLOPT_HTTPHEADER, headers_.get());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(CURLOPT_COPYPOSTFIELDS, body.data());
  }

  Fetched run() {
    const CURLcode result = curl_easy_perform(handle_.get());
    if (body_.is_too_large || result == CURLE_FILESIZE_EXCEEDED)
      return {{}, "larger than " + format_size(limits_.bytes), false};
    if (result != CURLE_OK) {
      const char* text = error_[0] ? error_.data() : curl_easy_strerror(result);
      return {{}, "unreachable: " + clean_text(text, kMaxProblem), is_silence(result)};
    }
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) return {{}, fmt::format("HTTP status {}", status), false};
    return {std::move(body_.bytes), {}, false};
  }

 private:
  template <typename Value>
  void set(CURLoption option, Value value) {
    if (const CURLcode result = curl_easy_setopt(handle_.get(), option, value); result != CURLE_OK)
      throw std::runtime_error(std::string("libcurl: ") + curl_easy_strerror(result));
  }

  Handle handle_;
  HeaderList headers_{nullptr, curl_slist_free_all};
  FetchLimits limits_;
  Body body_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace

Fetched fetch(const std::string& url, const FetchLimits& limits) {
  initialise_once();
  return Transfer(url, limits).run();
}

Fetched fetch_ocsp(const std::string& url, std::string_view request, const FetchLimits& limits) {
  initialise_once();
  Transfer transfer(url, limits);
  transfer.post(request);
  return transfer.run();
}

}  // namespace forcetls
