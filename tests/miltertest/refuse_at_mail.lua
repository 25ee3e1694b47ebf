-- SPDX-FileCopyrightText: forcetls contributors
-- SPDX-License-Identifier: Apache-2.0
--[[
[inbound contoso]
match-sender = contoso.com
]]
-- Only HELO and MAIL are asked for; each message of a session is judged by itself.

local conn = mt.connect(socket)
if mt.negotiate(conn, nil, nil, nil) ~= nil then error "negotiation failed" end

for _, step in ipairs { SMFIP_NOCONNECT, SMFIP_NORCPT, SMFIP_NOBODY, SMFIP_NOHDRS, SMFIP_NOEOH,
                        SMFIP_NR_HELO } do
  if not mt.test_option(conn, step) then error("step asked for: " .. step) end
end
for _, step in ipairs { SMFIP_NOHELO, SMFIP_NOMAIL } do
  if mt.test_option(conn, step) then error("step declined: " .. step) end
end
for _, action in ipairs { SMFIF_ADDHDRS, SMFIF_CHGHDRS, SMFIF_QUARANTINE, SMFIF_CHGBODY,
                          SMFIF_ADDRCPT, SMFIF_DELRCPT } do
  if mt.test_action(conn, action) then error("action asked for: " .. action) end
end

-- miltertest's own reading of "no reply": it would fail here if one came.
if mt.helo(conn, "mail.contoso.com") ~= nil then error "HELO failed" end

local function mail(sender, ...)
  mt.macro(conn, SMFIC_MAIL, "v", "Postfix 3.7.11", "{client_addr}", "192.0.2.1", ...)
  if mt.mailfrom(conn, sender) ~= nil then error "MAIL failed" end
  return mt.getreply(conn)
end

if mail("<a@contoso.com>") ~= SMFIR_REPLYCODE then error "plaintext was let in" end
mt.disconnect(conn)

conn = mt.connect(socket)
mt.negotiate(conn, nil, nil, nil)
mt.helo(conn, "mail.contoso.com")
if mail("<a@contoso.com>", "{tls_version}", "TLSv1.3", "{cipher}", "TLS_AES_256_GCM_SHA384",
        "{cipher_bits}", "256") ~= SMFIR_ACCEPT then
  error "TLS was not let in"
end
mt.disconnect(conn)
