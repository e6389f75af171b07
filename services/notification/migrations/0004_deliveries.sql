-- Other systems that are told of events. Lists are joined by blanks. Secrets: see subscription_secrets.
CREATE TABLE IF NOT EXISTS subscriptions (
  subscription VARCHAR(63) NOT NULL,
  display_name VARCHAR(255) NOT NULL,
  url VARCHAR(2000) NOT NULL,
  event_types TEXT NOT NULL,
  plans TEXT NOT NULL,
  units TEXT NOT NULL,
  owner VARCHAR(255) NOT NULL,
  state SMALLINT NOT NULL,
  reason VARCHAR(255) NOT NULL,
  failing_since DATETIME(6) NULL,
  deleted TINYINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (subscription),
  KEY by_owner (owner, subscription),
  KEY by_state (state, subscription)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Encrypted with the key of --secrets_key_file.
CREATE TABLE IF NOT EXISTS subscription_secrets (
  subscription VARCHAR(63) NOT NULL,
  number INT NOT NULL,
  secret_sealed TEXT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  expire_time DATETIME(6) NULL,
  PRIMARY KEY (subscription, number)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One row a message and channel, or an event and subscription. dedup_key says which
-- (`{message}/{channel}`, `{subscription}/{event}`), so that one is made once. `ordinal` is the channel's
-- place in its route; a row with a higher one is WAITING until the one before is DEAD. A row is due when
-- it is DUE, due_time is past and no lease is in force; it is claimed by an UPDATE that compares fence
-- and lease, raises the fence and sets the lease by the database's clock; what the sender writes
-- afterwards repeats the fence. member and message are empty for WEBHOOK, subscription for all others.
CREATE TABLE IF NOT EXISTS deliveries (
  delivery CHAR(36) NOT NULL,
  dedup_key VARCHAR(127) NOT NULL,
  channel SMALLINT NOT NULL,
  ordinal SMALLINT NOT NULL,
  member VARCHAR(63) NOT NULL,
  message CHAR(36) NOT NULL,
  subscription VARCHAR(63) NOT NULL,
  event CHAR(36) NOT NULL,
  urgency SMALLINT NOT NULL,
  state SMALLINT NOT NULL,
  due_time DATETIME(6) NOT NULL,
  attempts INT NOT NULL,
  fence BIGINT NOT NULL,
  lease_until DATETIME(6) NULL,
  lease_owner VARCHAR(64) NOT NULL,
  last_status INT NOT NULL,
  last_error VARCHAR(255) NOT NULL,
  provider VARCHAR(63) NOT NULL,
  provider_message VARCHAR(255) NOT NULL,
  receipt SMALLINT NOT NULL,
  create_time DATETIME(6) NOT NULL,
  sent_time DATETIME(6) NULL,
  confirm_time DATETIME(6) NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (delivery),
  UNIQUE KEY once (dedup_key),
  KEY due (state, due_time, delivery),
  KEY by_subscription (subscription, state, delivery),
  KEY by_member (member, delivery),
  KEY by_message (message, ordinal),
  KEY by_event (event, delivery),
  KEY by_provider_message (provider, provider_message)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The tries of each, for people to read.
CREATE TABLE IF NOT EXISTS delivery_attempts (
  delivery CHAR(36) NOT NULL,
  number INT NOT NULL,
  time DATETIME(6) NOT NULL,
  milliseconds BIGINT NOT NULL,
  status INT NOT NULL,
  error VARCHAR(255) NOT NULL,
  PRIMARY KEY (delivery, number)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
