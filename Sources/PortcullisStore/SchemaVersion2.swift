/// The attempt ledger, and rounds that look again: `round` is made anew, because SQLite cannot change a CHECK, and a finished run may go on
/// where a look was added to it in the same transaction.
let version2 = """
  CREATE TABLE ledger (
    decision INTEGER PRIMARY KEY REFERENCES decision (id),
    run INTEGER NOT NULL REFERENCES run (id),
    key BLOB NOT NULL CHECK (length(key) = 32),
    verdict INTEGER NOT NULL CHECK (verdict BETWEEN 0 AND 3),
    complete INTEGER NOT NULL CHECK (complete IN (0, 1))
  ) STRICT;
  CREATE INDEX ledger_by_key ON ledger (key);

  CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
  BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;

  CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
  BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;

  DROP TRIGGER trial_was_planned;
  CREATE TABLE round_before AS SELECT * FROM round;
  DROP TABLE round;

  CREATE TABLE round (
    run INTEGER NOT NULL REFERENCES run (id),
    number INTEGER NOT NULL CHECK (number >= 0),
    kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),
    arms INTEGER NOT NULL CHECK (arms BETWEEN 1 AND 7),
    planned_trials INTEGER CHECK (planned_trials >= 0),
    manifest INTEGER REFERENCES document (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (run, number),
    CHECK ((kind = 0) = (number = 0))
  ) STRICT, WITHOUT ROWID;

  INSERT INTO round (run, number, kind, arms, planned_trials, manifest, created_at)
  SELECT run, number, kind, arms, planned_trials, manifest, created_at FROM round_before;
  DROP TABLE round_before;

  CREATE TRIGGER round_is_sealed BEFORE UPDATE ON round WHEN OLD.planned_trials IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'a sealed round cannot change'); END;

  CREATE TRIGGER trial_was_planned BEFORE INSERT ON trial
  WHEN NOT EXISTS (
    SELECT 1 FROM round_case c JOIN round r ON r.run = c.run AND r.number = c.round
    WHERE c.run = NEW.run AND c.ordinal = NEW.ordinal AND c.round = NEW.round AND r.arms >> NEW.arm & 1
      AND NEW.repeat BETWEEN c.first_repeat AND c.first_repeat + c.trials - 1)
  BEGIN SELECT RAISE(ABORT, 'no round of the run plans this trial'); END;

  DROP TRIGGER run_is_finished;
  CREATE TRIGGER run_is_finished BEFORE UPDATE ON run
  WHEN OLD.state = 3 AND NOT (
    NEW.state = 1 AND EXISTS (
      SELECT 1 FROM round_case c JOIN round r ON r.run = c.run AND r.number = c.round
      WHERE r.run = OLD.id AND r.kind = 3 AND r.number = (SELECT max(number) FROM round WHERE run = OLD.id)
        AND NOT EXISTS (SELECT 1 FROM trial t WHERE t.run = c.run AND t.ordinal = c.ordinal AND t.round = c.round)))
  BEGIN SELECT RAISE(ABORT, 'a finished run cannot change'); END;

  """
