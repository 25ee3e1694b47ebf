-- SPDX-FileCopyrightText: forcetls contributors
-- SPDX-License-Identifier: Apache-2.0
--[[
[milter]
exempt-clients = 127.0.0.0/8, ::1

[inbound branch]
match-client = 198.51.100.0/24
]]
-- An MTA that cannot take macro lists, and a client of unknown address: neither local nor exempt.
-- mt.negotiate takes the steps before the actions, whatever its manual says.

local conn = mt.connect(socket)
mt.negotiate(conn, nil, nil, SMFIF_ADDHDRS)
if mt.test_option(conn, SMFIP_NOCONNECT) then error "CONNECT declined" end
mt.conninfo(conn, "unknown", "unspec")
mt.helo(conn, "unknown")
mt.mailfrom(conn, "<a@example.net>")
if mt.getreply(conn) ~= SMFIR_REPLYCODE then error "let in" end
mt.disconnect(conn)

conn = mt.connect(socket)
mt.negotiate(conn, nil, nil, SMFIF_ADDHDRS)
mt.conninfo(conn, "localhost", "127.0.0.1")
mt.helo(conn, "localhost")
mt.mailfrom(conn, "<a@example.net>")
if mt.getreply(conn) ~= SMFIR_ACCEPT then error "exempt client refused" end
mt.disconnect(conn)

mt.disconnect(mt.connect(socket), false)  -- says nothing at all
