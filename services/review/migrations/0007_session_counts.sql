-- What a session's document counts beside its snapshot, as it was when the session closed. Rows are added
-- with the closing and never changed.
CREATE TABLE IF NOT EXISTS session_counts (
  plan VARCHAR(63) NOT NULL,
  session VARCHAR(63) NOT NULL,
  completeness LONGTEXT NOT NULL CHECK (JSON_VALID(completeness)),
  news LONGTEXT NOT NULL CHECK (JSON_VALID(news)),
  PRIMARY KEY (plan, session)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
