-- What units say about their lines. `plan`, `indicator`, `unit` are the ids of the resources;
-- dates are YYYY-MM-DD; `state` and `observation_status` are the numbers of the contract's enums.
CREATE TABLE IF NOT EXISTS reports (
  plan VARCHAR(63) NOT NULL,
  report CHAR(36) NOT NULL,
  indicator VARCHAR(63) NOT NULL,
  unit VARCHAR(63) NOT NULL,
  period VARCHAR(10) NOT NULL,
  period_end CHAR(10) NOT NULL,
  as_of_date CHAR(10) NOT NULL,
  state SMALLINT NOT NULL,
  observation_status SMALLINT NOT NULL,
  entered_value VARCHAR(30) NOT NULL,
  entered_denominator VARCHAR(30) NOT NULL,
  entered_base_value VARCHAR(30) NOT NULL,
  entered_base_denominator VARCHAR(30) NOT NULL,
  entered_unit VARCHAR(32) NOT NULL,
  value DECIMAL(28,6) NULL,
  denominator DECIMAL(28,6) NULL,
  base_value DECIMAL(28,6) NULL,
  base_denominator DECIMAL(28,6) NULL,
  unit_of_measure VARCHAR(32) NOT NULL,
  progress TEXT NOT NULL,
  problems TEXT NOT NULL,
  next_steps TEXT NOT NULL,
  comment TEXT NOT NULL,
  first_submit_time DATETIME(6) NULL,
  submit_time DATETIME(6) NULL,
  submitter VARCHAR(255) NOT NULL,
  decision_actor VARCHAR(255) NOT NULL,
  decision_unit VARCHAR(80) NOT NULL,
  decision_time DATETIME(6) NULL,
  decision_reason TEXT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (plan, report),
  UNIQUE KEY line_period (plan, indicator, unit, period),
  KEY by_state (plan, state, report),
  KEY by_unit (plan, unit, report)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What each write left of a report.
CREATE TABLE IF NOT EXISTS report_revisions (
  plan VARCHAR(63) NOT NULL,
  report CHAR(36) NOT NULL,
  revision BIGINT NOT NULL,
  actor VARCHAR(255) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  content LONGTEXT NOT NULL CHECK (JSON_VALID(content)),
  PRIMARY KEY (plan, report, revision)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One row per line that has standings: locked by whoever changes them.
CREATE TABLE IF NOT EXISTS report_lines (
  plan VARCHAR(63) NOT NULL,
  indicator VARCHAR(63) NOT NULL,
  unit VARCHAR(63) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (plan, indicator, unit)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The accepted position of a line at the end of each of its accepted periods.
CREATE TABLE IF NOT EXISTS standings (
  plan VARCHAR(63) NOT NULL,
  indicator VARCHAR(63) NOT NULL,
  unit VARCHAR(63) NOT NULL,
  period_end CHAR(10) NOT NULL,
  period VARCHAR(10) NOT NULL,
  as_of_date CHAR(10) NOT NULL,
  value DECIMAL(28,6) NULL,
  denominator DECIMAL(28,6) NULL,
  base_value DECIMAL(28,6) NULL,
  base_denominator DECIMAL(28,6) NULL,
  unit_of_measure VARCHAR(32) NOT NULL,
  report CHAR(36) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (plan, indicator, unit, period_end, period)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- How often a plan's scoreboard changed: the sum over a plan's shards. Several rows, so that writers
-- of one plan seldom wait for each other's commit.
CREATE TABLE IF NOT EXISTS plan_versions (
  plan VARCHAR(63) NOT NULL,
  shard SMALLINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (plan, shard)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
