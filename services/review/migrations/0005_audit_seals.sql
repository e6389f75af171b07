-- The chain over audit_entries (common/audit), which stay as they were written: one row a sealed entry,
-- numbered from 1 without gaps. `canonical` are the bytes that were hashed, so that the chain can be
-- computed anew without knowing how they were made; `hash` = H(previous hash ‖ sequence ‖ canonical).
-- algorithm is the number of the contract's enum.
CREATE TABLE IF NOT EXISTS audit_seals (
  sequence BIGINT NOT NULL,
  entry CHAR(36) NOT NULL,
  entry_time DATETIME(6) NOT NULL,
  algorithm SMALLINT NOT NULL,
  canonical LONGBLOB NOT NULL,
  hash CHAR(64) NOT NULL,
  seal_time DATETIME(6) NOT NULL,
  PRIMARY KEY (sequence),
  UNIQUE KEY by_entry (entry),
  KEY by_time (entry_time, sequence)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The one sequencer: who holds the lease, with which fence, and the head of the chain. Every batch of
-- seals is written in a transaction that updates this row where the fence is still the writer's. All
-- entries whose ids sort before `horizon` were looked at: one that stands there unsealed was inserted.
CREATE TABLE IF NOT EXISTS audit_sequencer (
  id TINYINT NOT NULL,
  fence BIGINT NOT NULL,
  lease_until DATETIME(6) NULL,
  lease_owner VARCHAR(64) NOT NULL,
  last_sequence BIGINT NOT NULL,
  last_hash CHAR(64) NOT NULL,
  horizon VARCHAR(36) NOT NULL,
  last_digest_time DATETIME(6) NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO audit_sequencer (id, fence, lease_until, lease_owner, last_sequence, last_hash, horizon,
  last_digest_time, version)
VALUES (1, 0, NULL, '', 0, '0000000000000000000000000000000000000000000000000000000000000000', '',
  NULL, 1)
ON DUPLICATE KEY UPDATE id = id;

-- The head of the chain at each hour, signed.
CREATE TABLE IF NOT EXISTS audit_digests (
  sequence BIGINT NOT NULL,
  hash CHAR(64) NOT NULL,
  algorithm SMALLINT NOT NULL,
  time DATETIME(6) NOT NULL,
  signature TEXT NOT NULL,
  key_id VARCHAR(255) NOT NULL,
  PRIMARY KEY (time),
  KEY by_sequence (sequence, time)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Deadlines with less than the minimum lead time, which a leader allowed.
CREATE TABLE IF NOT EXISTS lead_time_exceptions (
  plan VARCHAR(63) NOT NULL,
  exception CHAR(36) NOT NULL,
  resource VARCHAR(255) NOT NULL,
  due_date CHAR(10) NOT NULL,
  lead_workdays INT NOT NULL,
  actor VARCHAR(255) NOT NULL,
  time DATETIME(6) NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (plan, exception),
  KEY by_due (plan, due_date, exception)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
