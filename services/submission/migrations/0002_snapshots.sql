-- What a review saw, word for word: one per session, never changed. `content` is the scoreboard as
-- JSON; `digest` its SHA-256 in hexadecimal.
CREATE TABLE IF NOT EXISTS snapshots (
  plan VARCHAR(63) NOT NULL,
  snapshot CHAR(36) NOT NULL,
  session VARCHAR(63) NOT NULL,
  content LONGTEXT NOT NULL CHECK (JSON_VALID(content)),
  digest CHAR(64) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (plan, snapshot),
  UNIQUE KEY one_per_session (plan, session)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
