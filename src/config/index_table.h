// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// Finds a thing among a great many by its hash, at 8 bytes a slot: the things stay where they are,
/// the table holds their indexes. A std::unordered_map of a million names would take 100 MB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace forcetls {

class IndexTable {
 public:
  /// An index put in earlier with this hash for which `equals(index)` holds; if there is none, puts
  /// `index` in. Indexes are below 2^32 - 1.
  template <typename Equals>
  std::optional<std::uint32_t> find_or_insert(std::uint64_t hash, std::uint32_t index,
                                              Equals equals) {
    if ((size_ + 1) * 3 > slots_.size() * 2) grow();
    const auto tag = static_cast<std::uint32_t>(hash * 0x9e3779b97f4a7c15ULL >> 32U);
    std::size_t i = tag & (slots_.size() - 1);
    for (; slots_[i].used != 0; i = (i + 1) & (slots_.size() - 1))
      if (slots_[i].tag == tag && equals(slots_[i].used - 1)) return slots_[i].used - 1;
    slots_[i] = {tag, index + 1};
    ++size_;
    return std::nullopt;
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t used = 0;  // index + 1; 0: free
  };

  void grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    for (const auto& slot : old) {
      if (slot.used == 0) continue;
      std::size_t i = slot.tag & (slots_.size() - 1);
      while (slots_[i].used != 0) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two
  std::size_t size_ = 0;
};

}  // namespace forcetls
