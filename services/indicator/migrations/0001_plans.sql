-- A plan's head: where it stands now. Every mutation of a plan or of its parts locks this row first.
-- A deleted draft stays as a row, so that its revisions are never given out again.
CREATE TABLE IF NOT EXISTS plans (
  plan VARCHAR(63) NOT NULL,
  revision BIGINT NOT NULL,
  version BIGINT NOT NULL,
  deleted TINYINT NOT NULL,
  state VARCHAR(16) NOT NULL,
  year INT NOT NULL,
  jurisdiction VARCHAR(100) NOT NULL,
  amendments INT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  publish_time DATETIME(6) NULL,
  PRIMARY KEY (plan)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What its authors wrote, one row per version: a PlanDocument of the plan and of the names of the
-- units and members that belong to it, in their order.
CREATE TABLE IF NOT EXISTS plan_revisions (
  plan VARCHAR(63) NOT NULL,
  revision BIGINT NOT NULL,
  deleted TINYINT NOT NULL,
  write_time DATETIME(6) NOT NULL,
  body LONGTEXT NOT NULL CHECK (JSON_VALID(body)),
  PRIMARY KEY (plan, revision)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Every definition that an indicator has had, under the plan's revision that wrote it. effective_date
-- is NULL for what a draft says: it is in force from the plan's first day, whatever its year becomes.
-- units is `|units/a|units/b|` for the filter.
CREATE TABLE IF NOT EXISTS indicator_revisions (
  plan VARCHAR(63) NOT NULL,
  indicator VARCHAR(63) NOT NULL,
  plan_revision BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  position INT NOT NULL,
  deleted TINYINT NOT NULL,
  kind VARCHAR(24) NOT NULL,
  source VARCHAR(24) NOT NULL,
  task VARCHAR(63) NOT NULL,
  units TEXT NOT NULL,
  effective_date CHAR(10) NULL,
  amendment INT NOT NULL,
  write_time DATETIME(6) NOT NULL,
  body LONGTEXT NOT NULL CHECK (JSON_VALID(body)),
  PRIMARY KEY (plan, indicator, plan_revision)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS amendments (
  plan VARCHAR(63) NOT NULL,
  number INT NOT NULL,
  indicator VARCHAR(63) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  body LONGTEXT NOT NULL CHECK (JSON_VALID(body)),
  PRIMARY KEY (plan, number),
  KEY amendments_by_indicator (plan, indicator, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The one row that every change of units and members locks first: names are unique over time, which
-- no key can say.
CREATE TABLE IF NOT EXISTS directory (
  id INT NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT IGNORE INTO directory (id) VALUES (1);

CREATE TABLE IF NOT EXISTS units (
  unit VARCHAR(63) NOT NULL,
  version BIGINT NOT NULL,
  kind VARCHAR(24) NOT NULL,
  valid_until CHAR(10) NULL,
  successor VARCHAR(69) NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (unit)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS unit_revisions (
  unit VARCHAR(63) NOT NULL,
  version BIGINT NOT NULL,
  write_time DATETIME(6) NOT NULL,
  body LONGTEXT NOT NULL CHECK (JSON_VALID(body)),
  PRIMARY KEY (unit, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS unit_names (
  name VARCHAR(100) NOT NULL,
  unit VARCHAR(63) NOT NULL,
  PRIMARY KEY (name, unit),
  KEY unit_names_by_unit (unit)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS members (
  member VARCHAR(63) NOT NULL,
  version BIGINT NOT NULL,
  deactivated TINYINT NOT NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (member)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS member_revisions (
  member VARCHAR(63) NOT NULL,
  version BIGINT NOT NULL,
  write_time DATETIME(6) NOT NULL,
  body LONGTEXT NOT NULL CHECK (JSON_VALID(body)),
  PRIMARY KEY (member, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- end_date is 9999-12-31 while the post lasts.
CREATE TABLE IF NOT EXISTS member_posts (
  member VARCHAR(63) NOT NULL,
  start_date CHAR(10) NOT NULL,
  end_date CHAR(10) NOT NULL,
  unit VARCHAR(63) NOT NULL,
  PRIMARY KEY (member, start_date),
  KEY member_posts_by_unit (unit, member)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
