-- How far each caller's ingests are: every item up to durable_offset was submitted or refused.
CREATE TABLE IF NOT EXISTS ingests (
  plan VARCHAR(63) NOT NULL,
  caller VARCHAR(512) NOT NULL,
  ingest VARCHAR(63) NOT NULL,
  durable_offset BIGINT NOT NULL,
  update_time DATETIME(6) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (plan, caller, ingest)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The items among them that were refused, and why, as proto JSON of a RowError.
CREATE TABLE IF NOT EXISTS ingest_refusals (
  plan VARCHAR(63) NOT NULL,
  caller VARCHAR(512) NOT NULL,
  ingest VARCHAR(63) NOT NULL,
  item_offset BIGINT NOT NULL,
  error LONGTEXT NOT NULL CHECK (JSON_VALID(error)),
  PRIMARY KEY (plan, caller, ingest, item_offset)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
