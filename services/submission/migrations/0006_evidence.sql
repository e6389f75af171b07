-- Files that units attach to their reports. Digests are SHA-256 in lower-case hexadecimal.

-- Bytes that were stored, by an id of their own. `size` is how many there are so far; what is
-- `removed` is read by nobody and goes piece by piece.
CREATE TABLE IF NOT EXISTS blobs (
  id CHAR(36) NOT NULL,
  size BIGINT NOT NULL,
  removed SMALLINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (id),
  KEY by_removed (removed, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- At most 64 KiB each, in order and without gaps.
CREATE TABLE IF NOT EXISTS blob_pieces (
  id CHAR(36) NOT NULL,
  position BIGINT NOT NULL,
  content MEDIUMBLOB NOT NULL,
  PRIMARY KEY (id, position)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The complete and checked files, each once.
CREATE TABLE IF NOT EXISTS evidence_files (
  sha256 CHAR(64) NOT NULL,
  blob_id CHAR(36) NOT NULL,
  size BIGINT NOT NULL,
  media_type VARCHAR(100) NOT NULL,
  create_time DATETIME(6) NOT NULL,
  PRIMARY KEY (sha256)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Which unit brought which file to which plan.
CREATE TABLE IF NOT EXISTS evidence_sources (
  plan VARCHAR(63) NOT NULL,
  sha256 CHAR(64) NOT NULL,
  unit VARCHAR(63) NOT NULL,
  filename VARCHAR(200) NOT NULL,
  uploader VARCHAR(255) NOT NULL,
  upload_time DATETIME(6) NOT NULL,
  PRIMARY KEY (plan, sha256, unit),
  KEY by_unit (plan, unit, sha256)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Uploads under way. What is `given_up` is not gone on with: its bytes go first, then the row.
CREATE TABLE IF NOT EXISTS evidence_uploads (
  plan VARCHAR(63) NOT NULL,
  sha256 CHAR(64) NOT NULL,
  unit VARCHAR(63) NOT NULL,
  blob_id CHAR(36) NOT NULL,
  size BIGINT NOT NULL,
  expire_time DATETIME(6) NOT NULL,
  given_up SMALLINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (plan, sha256, unit),
  KEY by_expiry (expire_time)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
