-- Events in the transaction that makes them true; delivered_time is set by whoever delivers them.
CREATE TABLE IF NOT EXISTS outbox_events (
  id CHAR(36) NOT NULL PRIMARY KEY,
  service VARCHAR(64) NOT NULL,
  type VARCHAR(128) NOT NULL,
  subject VARCHAR(255) NOT NULL,
  plan VARCHAR(255) NOT NULL,
  unit VARCHAR(255) NOT NULL,
  sequence BIGINT NOT NULL,
  time DATETIME(6) NOT NULL,
  data_type VARCHAR(255) NOT NULL,
  data_json LONGTEXT NOT NULL CHECK (JSON_VALID(data_json)),
  delivered_time DATETIME(6) NULL,
  UNIQUE KEY outbox_events_once (subject, sequence, type),
  KEY outbox_events_undelivered (service, delivered_time, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
