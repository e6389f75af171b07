-- Orders. `unit`, `session` and `indicator` are names. `state` and `slip` are the numbers of the
-- contract's enums. co_handlers is `|units/a|units/b|`.
CREATE TABLE IF NOT EXISTS action_items (
  plan VARCHAR(63) NOT NULL,
  item CHAR(36) NOT NULL,
  title VARCHAR(200) NOT NULL,
  description TEXT NOT NULL,
  unit VARCHAR(80) NOT NULL,
  co_handlers TEXT NOT NULL,
  session VARCHAR(255) NOT NULL,
  resolution INT NOT NULL,
  indicator VARCHAR(255) NOT NULL,
  due_workdays INT NOT NULL,
  short_notice_reason TEXT NOT NULL,
  due_time DATETIME(6) NOT NULL,
  calendar_version VARCHAR(64) NOT NULL,
  state SMALLINT NOT NULL,
  slip SMALLINT NOT NULL,
  creator VARCHAR(255) NOT NULL,
  acknowledge_time DATETIME(6) NULL,
  closure_actor VARCHAR(255) NOT NULL,
  closure_time DATETIME(6) NULL,
  closure_text TEXT NOT NULL,
  closure_evidence TEXT NOT NULL,
  decision_actor VARCHAR(255) NOT NULL,
  decision_unit VARCHAR(80) NOT NULL,
  decision_time DATETIME(6) NULL,
  decision_reason TEXT NOT NULL,
  close_time DATETIME(6) NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (plan, item),
  KEY by_unit (plan, unit, item),
  KEY by_state (plan, state, item),
  KEY by_due (plan, due_time, item),
  KEY by_session (plan, session, item)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Progress notes, numbered from 1 in each order.
CREATE TABLE IF NOT EXISTS action_item_progress (
  plan VARCHAR(63) NOT NULL,
  item CHAR(36) NOT NULL,
  number INT NOT NULL,
  actor VARCHAR(255) NOT NULL,
  unit VARCHAR(80) NOT NULL,
  time DATETIME(6) NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (plan, item, number)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The ladder of each order: the steps that were taken, and the next one, which is written when the step
-- before was taken. It is due when nominal_time is past and done_time and cancel_time are NULL.
-- before_time is when the step before was taken, or the order given. Claimed as session_steps are. The key
-- keeps a step from being taken twice; a closed order's next step is cancelled, a reopened one's ladder
-- goes on in another round.
CREATE TABLE IF NOT EXISTS action_item_steps (
  plan VARCHAR(63) NOT NULL,
  item CHAR(36) NOT NULL,
  round INT NOT NULL,
  ordinal SMALLINT NOT NULL,
  step SMALLINT NOT NULL,
  before_time DATETIME(6) NOT NULL,
  nominal_time DATETIME(6) NOT NULL,
  done_time DATETIME(6) NULL,
  cancel_time DATETIME(6) NULL,
  fence BIGINT NOT NULL,
  lease_until DATETIME(6) NULL,
  lease_owner VARCHAR(64) NOT NULL,
  attempts INT NOT NULL,
  PRIMARY KEY (plan, item, round, ordinal),
  KEY due (done_time, cancel_time, nominal_time, plan, item)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
