-- Scores of half-years; the id is the session's. `body` is the contract's Appraisal as JSON, of which
-- the columns repeat what is asked for. Once PUBLISHED (state 2) a row is only read.
CREATE TABLE IF NOT EXISTS appraisals (
  plan VARCHAR(63) NOT NULL,
  appraisal VARCHAR(63) NOT NULL,
  period VARCHAR(16) NOT NULL,
  state SMALLINT NOT NULL,
  body LONGTEXT NOT NULL CHECK (JSON_VALID(body)),
  digest CHAR(64) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  publish_time DATETIME(6) NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (plan, appraisal)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
