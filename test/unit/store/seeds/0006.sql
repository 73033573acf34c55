-- Rows as schema 6 held them.
UPDATE meta SET next_violation_id = 8, is_recovered = 1;
INSERT INTO settings VALUES (1, 'monitor', 1, 'yealink-t', 1, 0, 1, 'follow', '["192.0.2.0/24"]');
INSERT INTO policies VALUES
  ('100', 'enforce', NULL, 1, NULL, 0, 'notify', '[]'), ('200', NULL, 1, NULL, 1, NULL, NULL, NULL);
INSERT INTO lock_alternatives VALUES
  ('100', 0, 'device', NULL, 'Yealink SIP-T46U 108.86.0.20'),
  ('100', 1, 'custom', 'prefix', 'Linphone');
INSERT INTO phone_models VALUES ('acme', 0, 'Acme', 'One', 'desk', '^Acme One$'), ('gone', 1, NULL, NULL, NULL, NULL);
INSERT INTO phone_model_samples VALUES ('acme', 'match', 0, 'Acme One'), ('acme', 'reject', 0, 'Acme Two');
INSERT INTO extensions VALUES ('100', 'Reception'), ('200', NULL);
INSERT INTO contacts VALUES
  ('100;@1', '100', 'sip:100@192.0.2.1', 'text', 'Yealink', 'a@b', 1700000000, 'udp', '192.0.2.1', 5060, 'seen', '{}');
INSERT INTO violations VALUES
  (6, '100', 'too-long', 'x', NULL, NULL, NULL, 'malformed-user-agent', 'INVITE', 'enforce', 1, 2, 0, 1, '00', 3,
   'cleared'),
  (7, '100', 'text', 'thief', 'udp', '192.0.2.9', 5060, 'wrong-device', 'REGISTER,INVITE', 'monitor', 1, 2, 1, 1, NULL,
   NULL, NULL);
INSERT INTO sightings VALUES (1, '100', 'absent', '', '', 'INVITE', NULL, NULL, 0, 1, 2, 3);
INSERT INTO calls VALUES (1, '1.1', '100', '00', NULL, NULL, NULL, NULL, NULL, 'flagged', 'refused', 7, 1);
INSERT INTO audit VALUES (1, 1, 'cli:root', 'lock', '100', 'none -> device');
INSERT INTO users VALUES ('alice', 'operator', '$scrypt$ln=15,r=8,p=3$c2FsdA$aGFzaA', 1, 2);
INSERT INTO tokens VALUES
  ('0a1b2c3d', 'backup', 'viewer', '0000000000000000000000000000000000000000000000000000000000000000', 1, NULL);
INSERT INTO enrolments VALUES
  ('100', '00112233445566778899aabbccddeeff', printf('%064d', 7), 1700000000000, 1700086400000, 'cli:root');
INSERT INTO grants VALUES ('100', 0, 'device', NULL, 'Zoiper 5', 1900000000000), ('200', 0, 'model', NULL, 'acme', 5);
INSERT INTO reactions VALUES (1, '100', 7, 'evicted', 'text', 'thief', 'udp', '192.0.2.9', 5060, 1, 2, 3);
