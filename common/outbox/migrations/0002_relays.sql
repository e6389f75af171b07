-- Who delivers a service's events: one row a service, one replica at a time. The fence grows with every
-- takeover; what a replica writes repeats the fence that it took, so one that was paused writes nothing.
CREATE TABLE IF NOT EXISTS outbox_relays (
  service VARCHAR(64) NOT NULL PRIMARY KEY,
  fence BIGINT NOT NULL,
  lease_until DATETIME(6) NULL,
  lease_owner VARCHAR(64) NOT NULL,
  version BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Events that were refused for good, which counts as delivered; they and their rows in outbox_events stay.
CREATE TABLE IF NOT EXISTS outbox_refusals (
  event CHAR(36) NOT NULL PRIMARY KEY,
  service VARCHAR(64) NOT NULL,
  reason VARCHAR(255) NOT NULL,
  time DATETIME(6) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
