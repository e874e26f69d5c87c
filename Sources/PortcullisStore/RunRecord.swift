import GRDB
package import PortcullisCore

/// A run as it is stored.
package struct RunRecord: Sendable, Hashable {
  /// The row; unique in its store only.
  let row: Int64
  package let id: RunID
  package let kind: RunKind
  package let state: RunState
  /// nil while it is planned or worked on.
  package let stop: RunStop?
  /// The version of the rules by which completion keys were made: answers under another one are not the same question.
  package let keyVersion: Int
  package let planDigest: Digest
  package let plannedCases: Int
  package let createdAt: WallTime
  package let finishedAt: WallTime?
  package let note: String?
  /// Targets, evalsets, policy, judges, seed, repeats, filter, git and host: the command's to write and to read.
  package let manifest: JSON
}

/// What a run is made of.
package struct NewRun: Sendable {
  package var id: RunID
  package var kind: RunKind
  package var keyVersion: Int
  package var planDigest: Digest
  package var plannedCases: Int
  /// Asked in the initial round; at least one.
  package var arms: [Arm]
  package var manifest: JSON
  package var note: String?

  package init(
    id: RunID, kind: RunKind, keyVersion: Int = 1, planDigest: Digest, plannedCases: Int, arms: [Arm], manifest: JSON, note: String? = nil
  ) {
    self.id = id
    self.kind = kind
    self.keyVersion = keyVersion
    self.planDigest = planDigest
    self.plannedCases = plannedCases
    self.arms = arms
    self.manifest = manifest
    self.note = note
  }
}

extension RunRecord {
  static let columns = """
    SELECT run.id, name, kind, state, stop, key_version, plan_digest, planned_cases, run.created_at, finished_at, note, document.body
    FROM run JOIN document ON document.id = run.manifest
    """

  init(_ row: Row, path: String) throws {
    guard let id = RunID(row[1]), let kind = RunKind(code: row[2]), let state = RunState(code: row[3]),
      let digest = Digest(bytes: bytes(row, 6)), let manifest = try? JSON(parsing: row[11] as String)
    else { throw StoreError.corrupt(path: path, detail: "the row of a run cannot be read") }
    self.row = row[0]
    self.id = id
    self.kind = kind
    self.state = state
    stop = (row[4] as Int?).flatMap(RunStop.init(code:))
    keyVersion = row[5]
    planDigest = digest
    plannedCases = row[7]
    createdAt = WallTime(milliseconds: row[8])
    finishedAt = (row[9] as Int?).map(WallTime.init(milliseconds:))
    note = row[10]
    self.manifest = manifest
  }
}
