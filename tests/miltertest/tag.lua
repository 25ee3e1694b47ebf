-- SPDX-FileCopyrightText: forcetls contributors
-- SPDX-License-Identifier: Apache-2.0
--[[
[milter]
authserv-id = mx.example.org
null-sender = none

[inbound contoso]
match-sender = contoso.com
on-violation = tag
]]
-- A tagged message: its forged results go, ours comes on top.

local conn = mt.connect(socket)
mt.negotiate(conn, nil, nil, nil)
if not mt.test_action(conn, SMFIF_ADDHDRS) or not mt.test_action(conn, SMFIF_CHGHDRS) then
  error "header edits not asked for"
end
mt.macro(conn, SMFIC_MAIL, "v", "Postfix 3.7.11", "{client_addr}", "192.0.2.1")
mt.mailfrom(conn, "<a@contoso.com>")
if mt.getreply(conn) ~= SMFIR_CONTINUE then error "MAIL is not the end of it" end
mt.header(conn, "From", "a@contoso.com")
mt.header(conn, "Authentication-Results", "mx.example.org; x-tls=pass")
mt.header(conn, "Authentication-Results", "else.example; x-tls=pass")
if mt.eom(conn) ~= nil then error "end of message failed" end
if mt.getreply(conn) ~= SMFIR_ACCEPT then error "not accepted" end
if not mt.eom_check(conn, MT_HDRINSERT, "Authentication-Results", "mx.example.org; x-tls=fail") then
  error "not tagged"
end
if not mt.eom_check(conn, MT_HDRDELETE, "Authentication-Results") then error "forgery left" end
if mt.eom_check(conn, MT_QUARANTINE) then error "quarantined" end
mt.disconnect(conn)
