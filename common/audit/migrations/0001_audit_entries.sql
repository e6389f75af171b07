-- Who did what to which resource, and who was refused. Rows are only ever added.
CREATE TABLE IF NOT EXISTS audit_entries (
  id CHAR(36) NOT NULL PRIMARY KEY,
  service VARCHAR(64) NOT NULL,
  time DATETIME(6) NOT NULL,
  actor VARCHAR(255) NOT NULL,
  issuer VARCHAR(255) NOT NULL,
  unit VARCHAR(255) NOT NULL,
  roles VARCHAR(255) NOT NULL,
  method VARCHAR(255) NOT NULL,
  resource VARCHAR(255) NOT NULL,
  outcome VARCHAR(64) NOT NULL,
  request_id VARCHAR(128) NOT NULL,
  trace_id VARCHAR(32) NOT NULL,
  before_json LONGTEXT NULL CHECK (JSON_VALID(before_json)),
  after_json LONGTEXT NULL CHECK (JSON_VALID(after_json)),
  KEY audit_entries_by_resource (resource, time),
  KEY audit_entries_by_actor (actor, time),
  KEY audit_entries_by_time (time)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
