-- The document, not printed yet, that an erratum stands in; empty while it waits for one. So it stands in one
-- document only, also where two are drafted side by side.
ALTER TABLE bulletin_errata
  ADD COLUMN /*M! IF NOT EXISTS */ drafted_in VARCHAR(63) NOT NULL DEFAULT '';
