// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

// How many queries [outbound-map] answers, by 16 connections that each ask, wait and ask again, as
// smtp(8) does; and with several queries under way on each. The door has one core; the clients, one
// thread for all of them, have another.
//
//   outbound_bench [N [QUERIES]]     by default 100,000 connectors and 300,000 queries

#include <sched.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "service/given_outbound.h"
#include "service/outbound_door.h"
#include "service/socket_client.h"
#include "temporary_folder.h"

namespace forcetls {
namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr std::size_t kConnections = 16;

std::string domain_of(std::size_t number) { return "p" + std::to_string(number) + ".example"; }

std::shared_ptr<const Config> make_config(std::size_t count) {
  std::vector<OutboundConnector> connectors(count);
  for (std::size_t i = 0; i < count; ++i) {
    connectors[i] = given::outbound("partner-" + std::to_string(i), {domain_of(i)});
    connectors[i].terms.names = given::patterns({"mx." + domain_of(i)});
  }
  return given::outbound_config(std::move(connectors));
}

struct Query {
  std::string bytes;
  std::string_view verb;  // of the reply
};

/// A quarter of the domains has no connector, an eighth is in capitals.
std::vector<Query> make_queries(std::size_t connectors) {
  std::mt19937 random(4711);
  std::uniform_int_distribution<std::size_t> pick(0, connectors - 1);
  std::vector<Query> queries(1 << 16);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const bool known = i % 4 != 3;
    std::string domain = (known ? "" : "q") + domain_of(pick(random));
    if (i % 8 == 5)
      for (char& byte : domain) byte = static_cast<char>(std::toupper(byte));
    queries[i] = {format_netstring("postfix-tls " + domain), known ? "OK " : "NOTFOUND "};
  }
  return queries;
}

/// The thread of that name, by its number.
std::string find_thread(const std::string& name) {
  for (const auto& task : fs::directory_iterator("/proc/self/task")) {
    std::string found;
    std::ifstream(task.path() / "comm") >> found;
    if (found == name) return task.path().filename();
  }
  throw std::runtime_error("no thread " + name);
}

void run_on_core(const std::string& thread, std::size_t core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  sched_setaffinity(std::stoi(thread), sizeof cores, &cores);
}

double cpu_microseconds(const std::string& thread) {
  double nanoseconds = 0;
  std::ifstream("/proc/self/task/" + thread + "/schedstat") >> nanoseconds;
  return nanoseconds / 1e3;
}

double microseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

/// One connection, with at most `depth` queries under way.
class Client {
 public:
  Client(const SocketName& name, const std::vector<Query>& queries, std::size_t begin)
      : socket_(name), queries_(queries), sent_(begin), answered_(begin) {}

  int descriptor() const { return socket_.descriptor(); }

  void ask(std::size_t count) {
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i) bytes += query(sent_++).bytes;
    begin_ = Clock::now();
    if (!socket_.send(bytes)) throw std::runtime_error("the door has closed");
  }

  /// Adds how long each of the replies took that came, since its batch was sent.
  void take(std::vector<float>& times) {
    char bytes[16 * 1024];
    const auto size = recv(descriptor(), bytes, sizeof bytes, 0);
    if (size <= 0) throw std::runtime_error("the door has closed");
    std::string_view rest(bytes, static_cast<std::size_t>(size));
    std::size_t count = 0;
    while (const auto reply = parser_.feed(rest)) {
      if (!reply->starts_with(query(answered_++).verb)) throw std::runtime_error("wrong reply");
      ++count;
    }
    times.insert(times.end(), count, static_cast<float>(microseconds(Clock::now() - begin_)));
  }

  bool waits() const { return answered_ < sent_; }

 private:
  const Query& query(std::size_t number) const { return queries_[number % queries_.size()]; }

  SocketClient socket_;
  NetstringParser parser_{100'000};
  const std::vector<Query>& queries_;
  std::size_t sent_;
  std::size_t answered_;
  Clock::time_point begin_;
};

/// All connections ask `depth` queries at once, and the next when these are answered.
std::vector<float> ask_all(const SocketName& name, const std::vector<Query>& queries,
                           std::size_t depth, std::size_t count) {
  const Descriptor poller(epoll_create1(EPOLL_CLOEXEC));
  std::deque<Client> clients;
  for (std::size_t i = 0; i < kConnections; ++i) {
    auto& client = clients.emplace_back(name, queries, i * 4096);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &client}};
    epoll_ctl(poller.get(), EPOLL_CTL_ADD, client.descriptor(), &event);
    client.ask(depth);
  }
  std::vector<float> times;
  times.reserve(count + kConnections * depth);
  while (times.size() < count) {
    epoll_event events[kConnections];
    const int ready = epoll_wait(poller.get(), events, kConnections, 10'000);
    if (ready <= 0) throw std::runtime_error("nothing came");
    for (int i = 0; i < ready; ++i) {
      auto& client = *static_cast<Client*>(events[i].data.ptr);
      client.take(times);
      if (!client.waits()) client.ask(depth);
    }
  }
  return times;
}

void bench(const char* what, SocketAddress address, const CurrentConfig& config, Log& log,
           const std::vector<Query>& queries, std::size_t count) {
  ListeningSocket socket({.address = std::move(address)});
  const SocketName name = find_socket_name(socket.descriptor(), what);
  const OutboundDoor door(std::move(socket), config, log);
  ask_all(name, queries, 1, kConnections);  // until it serves
  const std::string thread = find_thread("outbound");
  run_on_core(thread, 0);
  for (const std::size_t depth : {1, 4, 16}) {
    const double cpu = cpu_microseconds(thread);
    const auto begin = Clock::now();
    auto times = ask_all(name, queries, depth, count);
    const double seconds = microseconds(Clock::now() - begin) / 1e6;
    const auto total = static_cast<double>(times.size());
    const double cost = (cpu_microseconds(thread) - cpu) / total;
    std::sort(times.begin(), times.end());
    std::printf("%-5s %2zu at once %8.0f queries/s %6.2f us CPU a query", what, depth,
                total / seconds, cost);
    std::printf(" %7.0f us median %7.0f us p99\n", times[times.size() / 2],
                times[times.size() * 99 / 100]);
  }
}

void run(std::size_t connectors, std::size_t count) {
  const TemporaryFolder folder;
  Log log(LogTarget::Stderr, {});
  const CurrentConfig config(make_config(connectors));
  const auto queries = make_queries(connectors);
  std::printf("%zu connectors, %zu connections\n", connectors, kConnections);
  run_on_core("0", 1);
  bench("unix", {.kind = SocketAddress::Kind::Unix, .path = folder / "s"}, config, log, queries,
        count);
  bench("tcp", {.host = "127.0.0.1"}, config, log, queries, count);
}

}  // namespace
}  // namespace forcetls

int main(int argc, char** argv) {
  try {
    forcetls::run(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100'000,
                  argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 300'000);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 70;
  }
}
