/// Clusters that were found in a run's plan. A case without a row is as it declares, as are all cases of runs older than the table; a row names the
/// first case of its cluster, itself or an earlier one.
let version3 = """
  CREATE TABLE run_cluster (
    run INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    first INTEGER NOT NULL CHECK (first BETWEEN 0 AND ordinal),
    PRIMARY KEY (run, ordinal),
    FOREIGN KEY (run, ordinal) REFERENCES run_case (run, ordinal)
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER run_cluster_no_update BEFORE UPDATE ON run_cluster
  BEGIN SELECT RAISE(ABORT, 'run_cluster is append-only'); END;

  CREATE TRIGGER run_cluster_is_sealed BEFORE INSERT ON run_cluster
  WHEN (SELECT state FROM run WHERE id = NEW.run) <> 0
  BEGIN SELECT RAISE(ABORT, 'the clusters of a sealed plan cannot change'); END;

  CREATE TRIGGER run_cluster_is_kept BEFORE DELETE ON run_cluster
  WHEN (SELECT state FROM run WHERE id = OLD.run) <> 0
  BEGIN SELECT RAISE(ABORT, 'the clusters of a sealed plan cannot change'); END;

  """
