// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// GnuTLS's own form of a certificate, for as long as GnuTLS is asked about it: 30 µs to make, and
/// too large to keep. Not to be shared by threads.
#pragma once

#include <gnutls/x509.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "x509/certificate.h"
#include "x509/datum.h"

namespace forcetls {

struct CrtDeleter {
  void operator()(gnutls_x509_crt_t crt) const { gnutls_x509_crt_deinit(crt); }
};
using CrtHandle = std::unique_ptr<gnutls_x509_crt_int, CrtDeleter>;

/// What parse_certificate() took once is taken again; else (no memory) an exception.
inline CrtHandle make_crt_handle(const X509Certificate& certificate) {
  gnutls_x509_crt_t crt = nullptr;
  int code = gnutls_x509_crt_init(&crt);
  CrtHandle handle(crt);
  const gnutls_datum_t der = datum(certificate.der);
  if (code >= 0) code = gnutls_x509_crt_import(crt, &der, GNUTLS_X509_FMT_DER);
  if (code < 0) throw std::runtime_error(std::string("GnuTLS: ") + gnutls_strerror(code));
  return handle;
}

}  // namespace forcetls
