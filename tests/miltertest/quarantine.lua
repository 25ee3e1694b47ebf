-- SPDX-FileCopyrightText: forcetls contributors
-- SPDX-License-Identifier: Apache-2.0
--[[
[inbound contoso]
match-sender = contoso.com
match-sender-in = either
on-violation = quarantine
]]
-- Held for the sake of its From: field, with the reason.

local conn = mt.connect(socket)
mt.negotiate(conn, nil, nil, nil)
if not mt.test_action(conn, SMFIF_QUARANTINE) then error "quarantine not asked for" end
if not mt.test_option(conn, SMFIP_NR_HDR) then error "each header is answered" end
mt.macro(conn, SMFIC_MAIL, "v", "Postfix 3.7.11", "{client_addr}", "192.0.2.1")
mt.mailfrom(conn, "<a@example.net>")
if mt.getreply(conn) ~= SMFIR_CONTINUE then error "MAIL is not the end of it" end
mt.header(conn, "From", "x@example.net, a@contoso.com")
mt.eoh(conn)
if mt.getreply(conn) ~= SMFIR_CONTINUE then error "ended before the end" end
mt.eom(conn)
if mt.getreply(conn) ~= SMFIR_ACCEPT then error "not accepted" end
if not mt.eom_check(conn, MT_QUARANTINE, "forcetls: contoso: tls-absent") then
  error "not held, or for another reason"
end
if mt.eom_check(conn, MT_HDRINSERT) then error "a header was added" end
mt.disconnect(conn)
