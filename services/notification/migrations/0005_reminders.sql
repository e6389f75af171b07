-- From expire_time on a notice is pointless; NULL: never. The marked words are read by MariaDB only,
-- whose DDL they make repeatable.
ALTER TABLE notices
  ADD COLUMN /*M! IF NOT EXISTS */ expire_time DATETIME(6) NULL;

-- The session in which an obligation is owed, `plans/{plan}/sessions/{session}`.
ALTER TABLE tracked_obligations
  ADD COLUMN /*M! IF NOT EXISTS */ session VARCHAR(255) NOT NULL DEFAULT '',
  ADD KEY /*M! IF NOT EXISTS */ by_session (session, unit);
