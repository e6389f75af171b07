-- Calendars, one row a year. Dates are YYYY-MM-DD, joined by blanks, in order.
CREATE TABLE IF NOT EXISTS calendars (
  calendar VARCHAR(63) NOT NULL,
  region VARCHAR(20) NOT NULL,
  year INT NOT NULL,
  notice_number VARCHAR(100) NOT NULL,
  days_off TEXT NOT NULL,
  make_up_workdays TEXT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (calendar),
  UNIQUE KEY by_region (region, year)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One row a region, locked by whoever writes one of its calendars: two notices must not overlap.
CREATE TABLE IF NOT EXISTS calendar_regions (
  region VARCHAR(20) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (region)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- How each plan's schedule runs; one row a plan that has sessions. plan_revision is the revision of the
-- plan that its sessions were last planned by.
CREATE TABLE IF NOT EXISTS schedules (
  plan VARCHAR(63) NOT NULL,
  plan_revision BIGINT NOT NULL,
  region VARCHAR(20) NOT NULL,
  paused TINYINT NOT NULL,
  actor VARCHAR(255) NOT NULL,
  reason TEXT NOT NULL,
  update_time DATETIME(6) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (plan),
  KEY by_region (region, plan)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Sessions, made for the whole year at once; never deleted. `kind` and `state` are the numbers of the
-- contract's enums. Instants are NULL while PROVISIONAL. `minutes` is the contract's Minutes as JSON.
-- Lists go by (plan, last_date, kind), which is unique.
CREATE TABLE IF NOT EXISTS sessions (
  plan VARCHAR(63) NOT NULL,
  session VARCHAR(63) NOT NULL,
  kind SMALLINT NOT NULL,
  period VARCHAR(16) NOT NULL,
  last_date CHAR(10) NOT NULL,
  state SMALLINT NOT NULL,
  open_time DATETIME(6) NULL,
  due_time DATETIME(6) NULL,
  grace_end_time DATETIME(6) NULL,
  lock_time DATETIME(6) NULL,
  calendar_version VARCHAR(64) NOT NULL,
  missing_year INT NOT NULL,
  opened_time DATETIME(6) NULL,
  closed_time DATETIME(6) NULL,
  publish_time DATETIME(6) NULL,
  obligations INT NOT NULL,
  snapshot VARCHAR(255) NOT NULL,
  skip_actor VARCHAR(255) NOT NULL,
  skip_time DATETIME(6) NULL,
  skip_reason TEXT NOT NULL,
  backfilled TINYINT NOT NULL,
  minutes LONGTEXT NULL CHECK (JSON_VALID(minutes)),
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (plan, session),
  UNIQUE KEY by_period (plan, last_date, kind),
  KEY by_state (plan, state, last_date, kind)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What the scheduler has to do, one row a step of a session: OPEN, REMIND, DUE, CLOSE (step), with the
-- number of the plan's reminder (ordinal). A step is due when nominal_time is past and done_time is
-- NULL; it is claimed by an UPDATE that compares fence and lease with what was read, raises the fence and
-- sets the lease by the database's clock. Every later write of the worker repeats its fence, so one that
-- was paused and comes back changes nothing. `priority` orders steps of one instant: open before remind,
-- remind before due, due before close. The key due reads a plan's or every plan's next steps in order.
CREATE TABLE IF NOT EXISTS session_steps (
  plan VARCHAR(63) NOT NULL,
  session VARCHAR(63) NOT NULL,
  step SMALLINT NOT NULL,
  ordinal SMALLINT NOT NULL,
  priority SMALLINT NOT NULL,
  nominal_time DATETIME(6) NOT NULL,
  held TINYINT NOT NULL,
  done_time DATETIME(6) NULL,
  late TINYINT NOT NULL,
  fence BIGINT NOT NULL,
  lease_until DATETIME(6) NULL,
  lease_owner VARCHAR(64) NOT NULL,
  attempts INT NOT NULL,
  last_error VARCHAR(255) NOT NULL,
  PRIMARY KEY (plan, session, step, ordinal),
  KEY due (done_time, held, nominal_time, priority, plan, session)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
