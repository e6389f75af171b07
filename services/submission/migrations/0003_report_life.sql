-- The whole life of a report. At most one report of a line and period is in work (slot 1) and one
-- accepted (slot 2); WITHDRAWN and SUPERSEDED ones have no slot. The slot follows from the state, so
-- that no writer can forget it. `details` holds what no query asks for, as proto JSON of a Report.
-- The marked words are read by MariaDB only, whose DDL they make repeatable.
ALTER TABLE reports
  ADD COLUMN /*M! IF NOT EXISTS */ details LONGTEXT NULL CHECK (JSON_VALID(details)),
  ADD COLUMN /*M! IF NOT EXISTS */ slot SMALLINT
    GENERATED ALWAYS AS (CASE WHEN state IN (6, 7) THEN NULL WHEN state = 3 THEN 2 ELSE 1 END) STORED,
  DROP KEY /*M! IF EXISTS */ line_period,
  ADD UNIQUE KEY /*M! IF NOT EXISTS */ line_slot (plan, indicator, unit, period, slot);

-- What was done and why; `move` is the number of the contract's enum, NULL for what an older program wrote.
ALTER TABLE report_revisions
  ADD COLUMN /*M! IF NOT EXISTS */ move SMALLINT NULL,
  ADD COLUMN /*M! IF NOT EXISTS */ reason TEXT NULL;

-- What was said about a report. `side` is the number of the contract's enum.
CREATE TABLE IF NOT EXISTS report_comments (
  plan VARCHAR(63) NOT NULL,
  report CHAR(36) NOT NULL,
  comment CHAR(36) NOT NULL,
  in_reply_to VARCHAR(36) NOT NULL,
  side SMALLINT NOT NULL,
  author VARCHAR(255) NOT NULL,
  author_unit VARCHAR(80) NOT NULL,
  text TEXT NOT NULL,
  follow_up SMALLINT NOT NULL,
  report_revision BIGINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  resolver VARCHAR(255) NOT NULL,
  resolve_time DATETIME(6) NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (plan, report, comment)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
