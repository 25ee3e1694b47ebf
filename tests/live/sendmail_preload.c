/* SPDX-FileCopyrightText: forcetls contributors
   SPDX-License-Identifier: Apache-2.0

   Preloaded into a private Sendmail. Its only log is syslog(3): each line goes to the file that
   the environment's FORCETLS_LOG names. Names and addresses of hosts are those of FORCETLS_HOSTS
   (a file like /etc/hosts, one name a line), and no others: no DNS. This host is mx.local.test:
   Sendmail waits a minute where its host name has no dot. */

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static char log_file[4096], hosts_file[4096];

/* Sendmail clears its environment, and closes descriptors it does not know. */
__attribute__((constructor)) static void remember_files(void) {
  const char *log = getenv("FORCETLS_LOG"), *hosts = getenv("FORCETLS_HOSTS");
  snprintf(log_file, sizeof log_file, "%s", log ? log : "/dev/null");
  snprintf(hosts_file, sizeof hosts_file, "%s", hosts ? hosts : "/dev/null");
}

static void write_line(const char *format, va_list arguments) {
  char line[8192];
  int fd = open(log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return;
  int size = snprintf(line, sizeof line, "sendmail[%ld]: ", (long)getpid());
  size += vsnprintf(line + size, sizeof line - size - 1, format, arguments);
  if (size > (int)sizeof line - 2) size = sizeof line - 2;
  line[size++] = '\n';
  if (write(fd, line, size) < 0) line[0] = 0;
  close(fd);
}

void openlog(const char *name, int option, int facility) {
  (void)name, (void)option, (void)facility;
}

void closelog(void) {}

void syslog(int priority, const char *format, ...) {
  (void)priority;
  va_list arguments;
  va_start(arguments, format);
  write_line(format, arguments);
  va_end(arguments);
}

void __syslog_chk(int priority, int flag, const char *format, ...) {
  (void)priority, (void)flag;
  va_list arguments;
  va_start(arguments, format);
  write_line(format, arguments);
  va_end(arguments);
}

static struct hostent *host_of(const char *name, const void *address, int family) {
  static char found_name[256], found_address[16], *addresses[2], *aliases[1];
  static struct hostent host;
  int size = family == AF_INET6 ? 16 : 4;
  snprintf(found_name, sizeof found_name, "%s", name);
  memcpy(found_address, address, size);
  addresses[0] = found_address;
  host = (struct hostent){found_name, aliases, family, size, addresses};
  return &host;
}

/* The first line of the hosts file with this name, or with this address. */
static struct hostent *find_host(const char *name, const void *address, int family) {
  char text[64], line_name[256], binary[16];
  int size = family == AF_INET6 ? 16 : 4, found = 0;
  FILE *file = fopen(hosts_file, "re");

  while (file && !found && fscanf(file, "%63s %255s", text, line_name) == 2)
    found = inet_pton(family, text, binary) == 1 &&
            (name ? !strcasecmp(name, line_name) : !memcmp(address, binary, size));
  if (file) fclose(file);
  if (found) return host_of(line_name, binary, family);
  h_errno = HOST_NOT_FOUND;
  return NULL;
}

struct hostent *gethostbyaddr(const void *address, socklen_t size, int family) {
  (void)size;
  return find_host(NULL, address, family);
}

struct hostent *gethostbyname2(const char *name, int family) {
  char literal[16];
  if (inet_pton(family, name, literal) == 1) return host_of(name, literal, family);
  return find_host(name, NULL, family);
}

int gethostname(char *name, size_t size) {
  snprintf(name, size, "mx.local.test");
  return 0;
}
