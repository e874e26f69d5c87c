/// The promotion ledger: one row an entry, its body the JSON that its hash is of (in canonical form), and the head apart from it. Triggers keep it
/// append-only and in order for whoever means well; whoever drops them is found by the chain, the head, and the file beside the store.
let version5 = """
  CREATE TABLE promotion (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    key TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    body TEXT NOT NULL
  ) STRICT;

  CREATE TABLE promotion_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    entries INTEGER NOT NULL CHECK (entries >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
  ) STRICT;

  CREATE TRIGGER promotion_no_update BEFORE UPDATE ON promotion
  BEGIN SELECT RAISE(ABORT, 'promotion is append-only'); END;

  CREATE TRIGGER promotion_no_delete BEFORE DELETE ON promotion
  BEGIN SELECT RAISE(ABORT, 'promotion is append-only'); END;

  CREATE TRIGGER promotion_in_order BEFORE INSERT ON promotion
  WHEN NEW.number <> 1 + coalesce((SELECT max(number) FROM promotion), 0)
  BEGIN SELECT RAISE(ABORT, 'the promotion ledger has no gaps'); END;

  CREATE TRIGGER promotion_head_forward BEFORE UPDATE ON promotion_head
  WHEN NEW.entries <> OLD.entries + 1 OR NEW.hash IS NOT (SELECT hash FROM promotion WHERE number = NEW.entries)
  BEGIN SELECT RAISE(ABORT, 'the head of the promotion ledger follows its last entry'); END;

  CREATE TRIGGER promotion_head_no_delete BEFORE DELETE ON promotion_head
  BEGIN SELECT RAISE(ABORT, 'the head of the promotion ledger is kept'); END;

  """
