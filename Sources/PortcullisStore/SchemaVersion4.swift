/// Canaries, and what is to be told to the world about them.
///
/// An observation is 16 bytes of the SHA-256 of its id, and nothing else: all that counts of it is in the state. One state a canary, replaced as a whole
/// under a revision: what is told of a step lies in the same transaction, so that no crash can part them.
let version4 =
  """
  CREATE TABLE canary (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
    token TEXT NOT NULL UNIQUE CHECK (length(token) = 12),
    candidate TEXT NOT NULL,
    candidate_digest BLOB NOT NULL CHECK (length(candidate_digest) = 32),
    production TEXT NOT NULL,
    production_digest BLOB NOT NULL CHECK (length(production_digest) = 32),
    policy INTEGER NOT NULL REFERENCES document (id),
    facts INTEGER NOT NULL REFERENCES document (id),
    started_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE canary_state (
    canary INTEGER PRIMARY KEY REFERENCES canary (id),
    revision INTEGER NOT NULL CHECK (revision >= 0),
    verdict TEXT NOT NULL CHECK (verdict IN ('continue', 'promote', 'hold', 'rollback')),
    is_final INTEGER NOT NULL CHECK (is_final IN (0, 1)),
    updated_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    CHECK (is_final = 0 OR verdict <> 'continue')
  ) STRICT;

  CREATE TABLE canary_observation (
    canary INTEGER NOT NULL REFERENCES canary (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    PRIMARY KEY (canary, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE canary_look (
    id INTEGER PRIMARY KEY,
    canary INTEGER NOT NULL REFERENCES canary (id),
    number INTEGER NOT NULL CHECK (number > 0),
    hours REAL NOT NULL CHECK (hours BETWEEN -1e300 AND 1e300),
    looked_at INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('continue', 'promote', 'hold', 'rollback')),
    exit_code INTEGER NOT NULL CHECK (exit_code BETWEEN 0 AND 255),
    body TEXT NOT NULL,
    UNIQUE (canary, number),
    CHECK (exit_code <> 0 OR verdict = 'promote')
  ) STRICT;

  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    canary INTEGER NOT NULL REFERENCES canary (id),
    key TEXT NOT NULL UNIQUE,
    event TEXT NOT NULL CHECK (length(event) BETWEEN 1 AND 200),
    kind TEXT NOT NULL CHECK (kind IN ('advance', 'promote', 'hold', 'rollback', 'alert-raised', 'alert-resolved')),
    destination TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX outbox_by_canary ON outbox (canary);

  CREATE TABLE delivery (
    message INTEGER NOT NULL REFERENCES outbox (id),
    number INTEGER NOT NULL CHECK (number > 0),
    started_at INTEGER NOT NULL,
    PRIMARY KEY (message, number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE delivery_end (
    message INTEGER NOT NULL,
    number INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL CHECK (acknowledged IN (0, 1)),
    retry_at INTEGER,
    detail TEXT NOT NULL,
    PRIMARY KEY (message, number),
    FOREIGN KEY (message, number) REFERENCES delivery (message, number),
    CHECK (acknowledged = 0 OR retry_at IS NULL)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX delivery_acknowledged ON delivery_end (message) WHERE acknowledged = 1;

  CREATE TRIGGER canary_state_goes_on BEFORE UPDATE ON canary_state WHEN NEW.canary <> OLD.canary OR NEW.revision <> OLD.revision + 1
  BEGIN SELECT RAISE(ABORT, 'the state of a canary moves one revision at a time'); END;

  CREATE TRIGGER canary_is_over BEFORE UPDATE ON canary_state WHEN OLD.is_final = 1
  BEGIN SELECT RAISE(ABORT, 'a canary that is over cannot change'); END;

  CREATE TRIGGER canary_state_no_delete BEFORE DELETE ON canary_state
  BEGIN SELECT RAISE(ABORT, 'a canary keeps its state'); END;

  CREATE TRIGGER delivery_after_acknowledgement BEFORE INSERT ON delivery
  WHEN EXISTS (SELECT 1 FROM delivery_end WHERE message = NEW.message AND acknowledged = 1)
  BEGIN SELECT RAISE(ABORT, 'the message was acknowledged: it may not be sent again'); END;

  """
  + ["canary", "canary_observation", "canary_look", "outbox", "delivery", "delivery_end"].map { table in
    """
    CREATE TRIGGER \(table)_no_update BEFORE UPDATE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) is append-only'); END;

    CREATE TRIGGER \(table)_no_delete BEFORE DELETE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) is append-only'); END;

    """
  }.joined()
