-- The reply of every changing call, written in the transaction that the call ran in. It is what a
-- repeat is answered with, and what tells after a commit without an answer whether it happened.
CREATE TABLE IF NOT EXISTS request_log (
  service VARCHAR(64) NOT NULL,
  caller VARCHAR(512) NOT NULL,
  request_id VARCHAR(36) NOT NULL,
  fingerprint VARBINARY(128) NOT NULL,
  reply LONGBLOB NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (service, caller, request_id),
  KEY request_log_by_create_time (create_time)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
