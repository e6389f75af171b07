-- Events of the other services as they came, by their own ids; never changed but for how far they are.
-- `data` is the value of the event's google.protobuf.Any, `data_type` the full name of its message.
-- `state` is the number of the contract's enum. due_time: when dispatching is tried next. Ids are
-- UUIDv7, so the key undispatched reads the oldest first; the key by_subject orders one subject's events.
CREATE TABLE IF NOT EXISTS notification_events (
  event CHAR(36) NOT NULL,
  type VARCHAR(128) NOT NULL,
  source VARCHAR(64) NOT NULL,
  subject VARCHAR(255) NOT NULL,
  plan VARCHAR(255) NOT NULL,
  unit VARCHAR(255) NOT NULL,
  sequence BIGINT NOT NULL,
  time DATETIME(6) NOT NULL,
  data_type VARCHAR(255) NOT NULL,
  data LONGBLOB NOT NULL,
  state SMALLINT NOT NULL,
  receive_time DATETIME(6) NOT NULL,
  due_time DATETIME(6) NOT NULL,
  dispatch_time DATETIME(6) NULL,
  attempts INT NOT NULL,
  last_error VARCHAR(255) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (event),
  KEY undispatched (state, event),
  KEY by_subject (subject, sequence, event),
  KEY by_type (type, event),
  KEY by_plan (plan, event),
  KEY by_receipt (receive_time, event)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Work that one replica does at a time (`dispatch`, `digests`, …): who holds it, until when by the
-- database's clock, and under which fence. What the holder writes repeats the fence.
CREATE TABLE IF NOT EXISTS notification_leases (
  work VARCHAR(64) NOT NULL,
  fence BIGINT NOT NULL,
  lease_until DATETIME(6) NULL,
  lease_owner VARCHAR(64) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (work)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
