-- A delivery that is DUE, but not before due_time (a retry, or put off), is parked; one that is not
-- is sent as soon as it is its turn: urgent ones first, then by due_time, which is create_time again
-- once it is unparked, so that nothing loses its place. One that is SENT is parked until due_time
-- while its provider's receipt is awaited.
ALTER TABLE deliveries
  ADD COLUMN /*M! IF NOT EXISTS */ parked TINYINT NOT NULL DEFAULT 0,
  ADD KEY /*M! IF NOT EXISTS */ turn (state, parked, urgency, due_time, delivery);

-- Receipts that came before it was on record that their provider had taken the delivery: the first
-- of each. `receipt` is the number of the contract's enum.
CREATE TABLE IF NOT EXISTS early_receipts (
  provider VARCHAR(63) NOT NULL,
  provider_message VARCHAR(255) NOT NULL,
  receipt SMALLINT NOT NULL,
  time DATETIME(6) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (provider, provider_message),
  KEY by_age (create_time)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Tries that failed since failing_since. granted_units: the units that the owner's token named when
-- it last called, joined by blanks; NULL: any, the owner is an administrator.
ALTER TABLE subscriptions
  ADD COLUMN /*M! IF NOT EXISTS */ failures INT NOT NULL DEFAULT 0,
  ADD COLUMN /*M! IF NOT EXISTS */ granted_units TEXT NULL;
