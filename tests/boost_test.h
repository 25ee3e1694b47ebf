// SPDX-FileCopyrightText: forcetls contributors
// SPDX-License-Identifier: Apache-2.0

/// What every unit test includes; compiled once, ahead of them (Makefile.am). Without a guard: it is
/// the main file then.

#include <boost/test/unit_test.hpp>
