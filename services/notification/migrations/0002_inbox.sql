-- One row a member, counted up in the transaction that writes to `messages`, which locks it: so numbers
-- are without gaps and in the order of the commits, and the unread need no counting.
CREATE TABLE IF NOT EXISTS inboxes (
  member VARCHAR(63) NOT NULL,
  last_sequence BIGINT NOT NULL,
  unread_count BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (member)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What each member was told. `notice` is the notice that it tells of, or the id of the digest; one of
-- them is told once. `events`: ids joined by blanks. `unread` is 1 until read_time is set; step_up_time is
-- set while an unacknowledged message is to be brought before the unit head, NULL once that is done.
CREATE TABLE IF NOT EXISTS messages (
  member VARCHAR(63) NOT NULL,
  sequence BIGINT NOT NULL,
  message CHAR(36) NOT NULL,
  notice CHAR(36) NOT NULL,
  type VARCHAR(128) NOT NULL,
  subject VARCHAR(255) NOT NULL,
  plan VARCHAR(255) NOT NULL,
  unit VARCHAR(255) NOT NULL,
  urgency SMALLINT NOT NULL,
  title VARCHAR(255) NOT NULL,
  short_text VARCHAR(255) NOT NULL,
  body TEXT NOT NULL,
  title_en VARCHAR(255) NOT NULL,
  body_en TEXT NOT NULL,
  events TEXT NOT NULL,
  template VARCHAR(63) NOT NULL,
  template_revision INT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  unread TINYINT NOT NULL,
  read_time DATETIME(6) NULL,
  acknowledgement_required TINYINT NOT NULL,
  acknowledge_time DATETIME(6) NULL,
  step_up_time DATETIME(6) NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (member, sequence),
  UNIQUE KEY by_message (message),
  UNIQUE KEY once (member, notice),
  KEY by_unread (member, unread, sequence),
  KEY stepping_up (step_up_time, message)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
