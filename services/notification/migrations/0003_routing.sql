-- Who is told of what. `audiences` and `channels`: numbers of the contract's enums joined by blanks, in
-- order. `plan` is empty for the defaults. step_up_seconds 0: never.
CREATE TABLE IF NOT EXISTS routes (
  route VARCHAR(63) NOT NULL,
  plan VARCHAR(63) NOT NULL,
  event_type VARCHAR(128) NOT NULL,
  audiences VARCHAR(63) NOT NULL,
  channels VARCHAR(63) NOT NULL,
  urgency SMALLINT NOT NULL,
  template VARCHAR(63) NOT NULL,
  may_mute TINYINT NOT NULL,
  acknowledgement_required TINYINT NOT NULL,
  step_up_seconds BIGINT NOT NULL,
  disabled TINYINT NOT NULL,
  update_time DATETIME(6) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (route),
  KEY by_type (event_type, plan, route),
  KEY by_plan (plan, route),
  KEY by_template (template, route)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Templates, the present version of each; and all versions that there ever were.
CREATE TABLE IF NOT EXISTS templates (
  template VARCHAR(63) NOT NULL,
  event_type VARCHAR(128) NOT NULL,
  revision INT NOT NULL,
  deleted TINYINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (template),
  KEY by_type (event_type, template)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS template_revisions (
  template VARCHAR(63) NOT NULL,
  revision INT NOT NULL,
  event_type VARCHAR(128) NOT NULL,
  title TEXT NOT NULL,
  short_text TEXT NOT NULL,
  body TEXT NOT NULL,
  title_en TEXT NOT NULL,
  body_en TEXT NOT NULL,
  update_time DATETIME(6) NOT NULL,
  PRIMARY KEY (template, revision)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What each member wants. `mutes` is the contract's Preferences with nothing but them, as JSON.
CREATE TABLE IF NOT EXISTS preferences (
  member VARCHAR(63) NOT NULL,
  mutes LONGTEXT NOT NULL CHECK (JSON_VALID(mutes)),
  digest TINYINT NOT NULL,
  update_time DATETIME(6) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (member)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Where each member is reached: encrypted with the key of --secrets_key_file, empty where there is none;
-- the masked forms in the clear, for answers.
CREATE TABLE IF NOT EXISTS contact_points (
  member VARCHAR(63) NOT NULL,
  phone_sealed TEXT NOT NULL,
  mail_sealed TEXT NOT NULL,
  chat_sealed TEXT NOT NULL,
  phone_masked VARCHAR(255) NOT NULL,
  mail_masked VARCHAR(255) NOT NULL,
  chat_masked VARCHAR(255) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (member)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- That one member is to be told of one event, with the texts as rendered; waits until due_time, or until
-- the member's digest where digest_date (the local day on which it is sent) is not empty. `obligations`:
-- names joined by blanks; when none of them is OPEN any more, it is pointless. `state` is the number of
-- the contract's enum; a notice is taken from WAITING by an UPDATE that compares the version.
CREATE TABLE IF NOT EXISTS notices (
  notice CHAR(36) NOT NULL,
  event CHAR(36) NOT NULL,
  event_type VARCHAR(128) NOT NULL,
  member VARCHAR(63) NOT NULL,
  audience VARCHAR(127) NOT NULL,
  route VARCHAR(63) NOT NULL,
  channels VARCHAR(63) NOT NULL,
  plan VARCHAR(63) NOT NULL,
  unit VARCHAR(63) NOT NULL,
  subject VARCHAR(255) NOT NULL,
  obligations TEXT NOT NULL,
  urgency SMALLINT NOT NULL,
  template VARCHAR(63) NOT NULL,
  template_revision INT NOT NULL,
  title VARCHAR(255) NOT NULL,
  short_text VARCHAR(255) NOT NULL,
  body TEXT NOT NULL,
  title_en VARCHAR(255) NOT NULL,
  body_en TEXT NOT NULL,
  acknowledgement_required TINYINT NOT NULL,
  step_up_seconds BIGINT NOT NULL,
  state SMALLINT NOT NULL,
  reason VARCHAR(255) NOT NULL,
  due_time DATETIME(6) NOT NULL,
  digest_date VARCHAR(10) NOT NULL,
  message CHAR(36) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (notice),
  UNIQUE KEY once (event, member),
  KEY due (state, due_time, notice),
  KEY by_digest (state, digest_date, member, notice),
  KEY by_member (member, notice)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The digests that were sent: one a member and local day.
CREATE TABLE IF NOT EXISTS digests (
  member VARCHAR(63) NOT NULL,
  digest_date VARCHAR(10) NOT NULL,
  digest CHAR(36) NOT NULL,
  message CHAR(36) NOT NULL,
  notices INT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (member, digest_date)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What this service knows of obligations, from events alone: 1 OPEN, 2 MET (something was submitted for
-- its line and period), 3 WAIVED. A report names indicator, unit and period, not the obligation.
CREATE TABLE IF NOT EXISTS tracked_obligations (
  obligation VARCHAR(255) NOT NULL,
  plan VARCHAR(63) NOT NULL,
  unit VARCHAR(63) NOT NULL,
  indicator VARCHAR(127) NOT NULL,
  period VARCHAR(16) NOT NULL,
  article_type SMALLINT NOT NULL,
  due_time DATETIME(6) NOT NULL,
  state SMALLINT NOT NULL,
  sequence BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (obligation),
  KEY by_line (plan, unit, indicator, period)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
