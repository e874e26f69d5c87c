// The schema. It is the hardest thing to change later, so each table says why it is as it is.
//
// | table        | one row is                         | why this way |
// |--------------|------------------------------------|--------------|
// | meta         | the store                          | its secret key for judges' delimiters |
// | document     | a text, by its digest              | prompts, manifests, rubrics, facts of cases: once, whoever names them |
// | case_content | a resolved case, by its digest     | runs share it; what the tally needs is a shared document, the body is the rest |
// | run          | a plan and how far it came         | `plan_digest` finds what to resume; a finished run changes only by a look |
// | session      | one process at work on a run       | the owner row; an open one whose lock is free is a crash; durations add up |
// | round        | a set of trials planned together   | confirming, sequential and look rounds extend a plan by rows, never by edits |
// | run_case     | a planned case, in order           | the ordinal is for reading; the identity is the content, never the position |
// | run_cluster  | a case that shares its source      | found in the whole plan, so with the run and not with the case; most cases have no row |
// | round_case   | a case's trials in a round         | repeats go on through the rounds, so a repeat names one trial and one sample |
// | attempt      | a call that was sent               | inserted before sending, at what it may cost; no end after a crash: *unknown* |
// | attempt_end  | what came of it                    | an insert, no update: pages stay full, and nothing recorded can be overwritten |
// | score        | what the checks said, with reasons | apart, so that the tally reads narrow rows; trials with the same words share one |
// | trial        | how a trial ended                  | its key is the law "no trial is scored twice"; the tally reads it alone |
// | decision     | a verdict                          | inserted before it is shown; only a pass may exit 0 |
// | ledger       | a decision as an attempt           | found by candidate, evalsets and policy: trying until it passes is seen |
// | canary       | a candidate on a slice of traffic  | what it is and by which policy; never changes |
// | canary_state | all that was learnt of it          | replaced as a whole, one revision after the other; final once |
// | canary_observation | an observation that counted  | 16 bytes of its id's hash: a duplicate is known for ever, in 24 bytes a row (measured) |
// | canary_look  | what was said of it, and when      | append-only; only a promote may exit 0 |
// | outbox       | a message that must arrive         | inserted with the state it follows from; its key is the law "no event is told as two" |
// | delivery     | a message on its way               | inserted before sending; no end after a crash: *unknown*, sent again under its key |
// | delivery_end | what came of it                    | once acknowledged, a message can never be sent again |
// | promotion    | an entry of the promotion ledger   | a hash chain: its body is what the hash is of, the head is kept apart |
//
// - `attempt` → `attempt_end` → `trial` is the order of writes, and triggers hold it: a trial can pass only with a recorded answer, no
//   attempt begins after its trial ended or its call was answered, and results can be neither updated nor deleted.
// - Sizes: enums are integers (`Codes.swift`), references are row ids, 0 and 1 take no byte. One trial costs about 160 bytes beside its
//   completion (measured). Rows with a body are rowid tables (a WITHOUT ROWID row above 1 KB would take a page of its own).
// - A reused answer (`--reuse`, `--rescore`) is an attempt whose end names its `source` in the other run: bodies are never copied.
// - Times are milliseconds since 1970 (UTC), money is micro-units of the run's currency, NULL is unknown and never zero.
// - STRICT tables, because SQLite otherwise takes text for a number. JSON bodies are TEXT: a person with `sqlite3` can read them.

/// Forward only: a published step never changes, a new one is added at the end.
let migrations = [
  Migration(sql: version1 + appendOnly), Migration(sql: version2), Migration(sql: version3), Migration(sql: version4),
  Migration(sql: version5),
]

private let version1 = """
  CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    key BLOB NOT NULL CHECK (length(key) = 32),
    created_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    body TEXT NOT NULL
  ) STRICT;

  CREATE TABLE case_content (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    case_id TEXT NOT NULL,
    cluster TEXT,
    facts INTEGER NOT NULL REFERENCES document (id),
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX case_content_by_case_id ON case_content (case_id);

  CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (length(name) = 12),
    kind INTEGER NOT NULL CHECK (kind IN (0, 1)),
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
    stop INTEGER CHECK (stop BETWEEN 0 AND 4),
    key_version INTEGER NOT NULL CHECK (key_version > 0),
    plan_digest BLOB NOT NULL CHECK (length(plan_digest) = 32),
    planned_cases INTEGER NOT NULL CHECK (planned_cases >= 0),
    manifest INTEGER NOT NULL REFERENCES document (id),
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    note TEXT,
    CHECK ((state = 3) = (finished_at IS NOT NULL)),
    CHECK ((state >= 2) = (stop IS NOT NULL)),
    CHECK ((state = 3) = (stop IS 0))
  ) STRICT;
  CREATE INDEX run_by_plan ON run (plan_digest);

  CREATE TABLE session (
    run INTEGER NOT NULL REFERENCES run (id),
    number INTEGER NOT NULL CHECK (number > 0),
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    boot TEXT NOT NULL,
    version TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    clean INTEGER CHECK (clean IN (0, 1)),
    PRIMARY KEY (run, number),
    CHECK ((ended_at IS NULL) = (clean IS NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX session_open ON session (run) WHERE ended_at IS NULL;

  CREATE TABLE round (
    run INTEGER NOT NULL REFERENCES run (id),
    number INTEGER NOT NULL CHECK (number >= 0),
    kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
    arms INTEGER NOT NULL CHECK (arms BETWEEN 1 AND 7),
    planned_trials INTEGER CHECK (planned_trials >= 0),
    manifest INTEGER REFERENCES document (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (run, number),
    CHECK ((kind = 0) = (number = 0))
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE run_case (
    run INTEGER NOT NULL REFERENCES run (id),
    ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
    content INTEGER NOT NULL REFERENCES case_content (id),
    PRIMARY KEY (run, ordinal),
    UNIQUE (run, content)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE round_case (
    run INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    round INTEGER NOT NULL,
    first_repeat INTEGER NOT NULL CHECK (first_repeat >= 0),
    trials INTEGER NOT NULL CHECK (trials BETWEEN 1 AND 1000),
    PRIMARY KEY (run, ordinal, round),
    FOREIGN KEY (run, ordinal) REFERENCES run_case (run, ordinal),
    FOREIGN KEY (run, round) REFERENCES round (run, number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE attempt (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    arm INTEGER NOT NULL CHECK (arm BETWEEN 0 AND 2),
    repeat INTEGER NOT NULL CHECK (repeat >= 0),
    turn INTEGER NOT NULL CHECK (turn >= 0),
    purpose INTEGER NOT NULL CHECK (purpose IN (0, 1)),
    check_index INTEGER NOT NULL CHECK (check_index >= 0),
    ask INTEGER NOT NULL CHECK (ask >= 0),
    number INTEGER NOT NULL CHECK (number > 0),
    started_at INTEGER NOT NULL,
    completion_key BLOB NOT NULL CHECK (length(completion_key) = 32),
    reserved_micro INTEGER CHECK (reserved_micro >= 0),
    reserved_tokens INTEGER CHECK (reserved_tokens >= 0),
    UNIQUE (run, ordinal, arm, repeat, turn, purpose, check_index, ask, number),
    FOREIGN KEY (run, ordinal) REFERENCES run_case (run, ordinal)
  ) STRICT;

  CREATE TABLE attempt_end (
    attempt INTEGER PRIMARY KEY REFERENCES attempt (id),
    ended_at INTEGER NOT NULL,
    cost_micro INTEGER CHECK (cost_micro >= 0),
    tokens INTEGER CHECK (tokens >= 0),
    failure INTEGER CHECK (failure BETWEEN 1 AND 14),
    source INTEGER REFERENCES attempt_end (attempt),
    body TEXT,
    CHECK ((body IS NULL) = (source IS NOT NULL)),
    CHECK (source IS NULL OR failure IS NULL)
  ) STRICT;

  CREATE TABLE score (
    id INTEGER PRIMARY KEY,
    body TEXT NOT NULL
  ) STRICT;

  CREATE TABLE trial (
    run INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    arm INTEGER NOT NULL CHECK (arm BETWEEN 0 AND 2),
    repeat INTEGER NOT NULL CHECK (repeat >= 0),
    round INTEGER NOT NULL,
    session INTEGER NOT NULL,
    outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 3),
    failure INTEGER CHECK (failure BETWEEN 1 AND 14),
    judged INTEGER NOT NULL CHECK (judged IN (0, 1)),
    reused INTEGER NOT NULL CHECK (reused IN (0, 1)),
    recorded INTEGER NOT NULL CHECK (recorded IN (0, 1)),
    latency_us INTEGER CHECK (latency_us >= 0),
    ttft_us INTEGER CHECK (ttft_us >= 0),
    cost_micro INTEGER CHECK (cost_micro >= 0),
    input_tokens INTEGER CHECK (input_tokens >= 0),
    output_tokens INTEGER CHECK (output_tokens >= 0),
    cached_tokens INTEGER CHECK (cached_tokens >= 0),
    reasoning_tokens INTEGER CHECK (reasoning_tokens >= 0),
    score INTEGER REFERENCES score (id),
    PRIMARY KEY (run, ordinal, arm, repeat),
    FOREIGN KEY (run, session) REFERENCES session (run, number),
    CHECK ((outcome = 3) = (failure IS NOT NULL))
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run (id),
    number INTEGER NOT NULL CHECK (number > 0),
    decided_at INTEGER NOT NULL,
    stage TEXT NOT NULL,
    verdict INTEGER NOT NULL CHECK (verdict BETWEEN 0 AND 3),
    exit_code INTEGER NOT NULL CHECK (exit_code BETWEEN 0 AND 255),
    trials INTEGER NOT NULL CHECK (trials >= 0),
    body TEXT NOT NULL,
    UNIQUE (run, number),
    CHECK (exit_code <> 0 OR verdict = 0)
  ) STRICT;

  CREATE TRIGGER attempt_after_end BEFORE INSERT ON attempt
  WHEN EXISTS (SELECT 1 FROM trial WHERE run = NEW.run AND ordinal = NEW.ordinal AND arm = NEW.arm AND repeat = NEW.repeat)
  BEGIN SELECT RAISE(ABORT, 'the trial has ended: no attempt may follow'); END;

  CREATE TRIGGER attempt_after_answer BEFORE INSERT ON attempt
  WHEN NEW.number > 1 AND EXISTS (
    SELECT 1 FROM attempt a JOIN attempt_end e ON e.attempt = a.id
    WHERE a.run = NEW.run AND a.ordinal = NEW.ordinal AND a.arm = NEW.arm AND a.repeat = NEW.repeat AND a.turn = NEW.turn
      AND a.purpose = NEW.purpose AND a.check_index = NEW.check_index AND a.ask = NEW.ask AND e.failure IS NULL)
  BEGIN SELECT RAISE(ABORT, 'the call was answered: it may not be asked again'); END;

  CREATE TRIGGER trial_was_planned BEFORE INSERT ON trial
  WHEN NOT EXISTS (
    SELECT 1 FROM round_case c JOIN round r ON r.run = c.run AND r.number = c.round
    WHERE c.run = NEW.run AND c.ordinal = NEW.ordinal AND c.round = NEW.round AND r.arms >> NEW.arm & 1
      AND NEW.repeat BETWEEN c.first_repeat AND c.first_repeat + c.trials - 1)
  BEGIN SELECT RAISE(ABORT, 'no round of the run plans this trial'); END;

  CREATE TRIGGER trial_pass_has_answer BEFORE INSERT ON trial
  WHEN NEW.outcome = 0 AND NOT EXISTS (
    SELECT 1 FROM attempt a JOIN attempt_end e ON e.attempt = a.id
    WHERE a.run = NEW.run AND a.ordinal = NEW.ordinal AND a.arm = NEW.arm AND a.repeat = NEW.repeat AND a.purpose = 0 AND e.failure IS NULL)
  BEGIN SELECT RAISE(ABORT, 'a trial cannot pass without a recorded answer'); END;

  CREATE TRIGGER plan_is_sealed BEFORE INSERT ON run_case
  WHEN (SELECT state FROM run WHERE id = NEW.run) <> 0
  BEGIN SELECT RAISE(ABORT, 'the plan of a run cannot grow by cases once it is sealed'); END;

  CREATE TRIGGER plan_is_kept BEFORE DELETE ON run_case WHEN (SELECT state FROM run WHERE id = OLD.run) <> 0
  BEGIN SELECT RAISE(ABORT, 'a sealed plan cannot lose a case'); END;

  CREATE TRIGGER round_is_kept BEFORE DELETE ON round_case WHEN (SELECT state FROM run WHERE id = OLD.run) <> 0
  BEGIN SELECT RAISE(ABORT, 'a sealed plan cannot lose a trial'); END;

  CREATE TRIGGER round_is_sealed BEFORE UPDATE ON round WHEN OLD.planned_trials IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'a sealed round cannot change'); END;

  CREATE TRIGGER run_identity BEFORE UPDATE OF name, kind, key_version, plan_digest, planned_cases, manifest, created_at ON run
  BEGIN SELECT RAISE(ABORT, 'a run cannot become another run'); END;

  CREATE TRIGGER run_is_finished BEFORE UPDATE ON run WHEN OLD.state = 3
  BEGIN SELECT RAISE(ABORT, 'a finished run cannot change'); END;

  CREATE TRIGGER run_is_kept BEFORE DELETE ON run WHEN OLD.state <> 0
  BEGIN SELECT RAISE(ABORT, 'a planned run cannot be deleted'); END;

  CREATE TRIGGER session_is_ended BEFORE UPDATE ON session WHEN OLD.ended_at IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'an ended session cannot change'); END;

  """

/// Results are insert-only: a recorded fail cannot be overwritten.
private let appendOnly =
  ["meta", "document", "case_content", "run_case", "round_case", "attempt", "attempt_end", "score", "trial", "decision"].map { table in
    """
    CREATE TRIGGER \(table)_no_update BEFORE UPDATE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) is append-only'); END;

    """
  }.joined()
  + ["meta", "document", "case_content", "attempt", "attempt_end", "score", "trial", "decision"].map { table in
    """
    CREATE TRIGGER \(table)_no_delete BEFORE DELETE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) is append-only'); END;

    """
  }.joined()
