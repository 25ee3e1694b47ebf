-- SPDX-FileCopyrightText: forcetls contributors
-- SPDX-License-Identifier: Apache-2.0
--[[
[inbound contoso]
match-sender = contoso.com
match-recipient = secure.example.org
]]
-- Recipients are refused one by one, a thousand in a message; RSET forgets them.

local conn = mt.connect(socket)
mt.negotiate(conn, nil, nil, nil)
if mt.test_option(conn, SMFIP_NORCPT) then error "recipients not asked for" end

for round = 1, 2 do
  mt.macro(conn, SMFIC_MAIL, "v", "Postfix 3.7.11", "{client_addr}", "192.0.2.1")
  mt.mailfrom(conn, "<a@contoso.com>")
  if mt.getreply(conn) ~= SMFIR_CONTINUE then error "MAIL is not the end of it" end
  for number = 1, 500 do
    mt.rcptto(conn, "<u" .. number .. "@secure.example.org>")
    if mt.getreply(conn) ~= SMFIR_REPLYCODE then error "recipient was let in" end
    mt.rcptto(conn, "<u" .. number .. "@open.example.org>")
    if mt.getreply(conn) ~= SMFIR_CONTINUE then error "recipient was refused" end
  end
  if round == 1 then mt.abort(conn) end
end
mt.eom(conn)
if mt.getreply(conn) ~= SMFIR_ACCEPT then error "not accepted" end
mt.disconnect(conn)
