-- Documents of sessions; the id is the session's. `text` and `content` are JSON: what people edit (title,
-- recipients, copies, sections) and the frozen figures. Once PUBLISHED (state 3) no statement of this
-- service touches a row but to read it: every UPDATE says `state < 3`.
CREATE TABLE IF NOT EXISTS bulletins (
  plan VARCHAR(63) NOT NULL,
  bulletin VARCHAR(63) NOT NULL,
  kind SMALLINT NOT NULL,
  period VARCHAR(16) NOT NULL,
  state SMALLINT NOT NULL,
  text LONGTEXT NOT NULL CHECK (JSON_VALID(text)),
  content LONGTEXT NOT NULL CHECK (JSON_VALID(content)),
  sign_actor VARCHAR(255) NOT NULL,
  sign_name VARCHAR(100) NOT NULL,
  sign_time DATETIME(6) NULL,
  sign_digest CHAR(64) NOT NULL,
  series VARCHAR(63) NULL,
  number INT NULL,
  document_number VARCHAR(64) NOT NULL,
  publisher VARCHAR(255) NOT NULL,
  publish_time DATETIME(6) NULL,
  document_date CHAR(10) NOT NULL,
  digest CHAR(64) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  update_time DATETIME(6) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (plan, bulletin),
  UNIQUE KEY by_number (series, number),
  KEY by_time (plan, create_time, bulletin)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The last number of each series; `series` is made of number prefix and year. The row is locked in the
-- transaction that publishes, so numbers have no gaps.
CREATE TABLE IF NOT EXISTS bulletin_series (
  series VARCHAR(63) NOT NULL,
  last_number INT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (series)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What is known to be wrong with published documents; printed_in is empty until a document prints it.
CREATE TABLE IF NOT EXISTS bulletin_errata (
  plan VARCHAR(63) NOT NULL,
  erratum CHAR(36) NOT NULL,
  bulletin VARCHAR(63) NOT NULL,
  wrong_text TEXT NOT NULL,
  right_text TEXT NOT NULL,
  actor VARCHAR(255) NOT NULL,
  time DATETIME(6) NOT NULL,
  printed_in VARCHAR(63) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (plan, erratum),
  KEY by_bulletin (plan, bulletin, erratum),
  KEY unprinted (plan, printed_in, erratum)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
