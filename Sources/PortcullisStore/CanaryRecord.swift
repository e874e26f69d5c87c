import GRDB
package import PortcullisCore
package import PortcullisGate

/// What a canary is made of.
package struct NewCanary: Sendable {
  /// As people name it; see `problem(inCanaryName:)`.
  package var name: String
  /// The names of the targets and their digests.
  package var candidate: (name: String, digest: Digest)
  package var production: (name: String, digest: Digest)
  package var policy: JSON
  /// Whatever else the command wants to know later: destinations, file digests, the version of portcullis.
  package var facts: JSON
  package var state: JSON
  package var startedAt: WallTime

  package init(
    name: String, candidate: (name: String, digest: Digest), production: (name: String, digest: Digest), policy: JSON, facts: JSON,
    state: JSON,
    startedAt: WallTime
  ) {
    self.name = name
    self.candidate = candidate
    self.production = production
    self.policy = policy
    self.facts = facts
    self.state = state
    self.startedAt = startedAt
  }
}

/// A canary as it is stored.
package struct CanaryRecord: Sendable, Hashable {
  /// The row; unique in its store only.
  let row: Int64
  package let name: String
  /// 12 hexadecimal digits drawn at random: tells this canary, and its messages, from one of the same name in another store.
  package let token: String
  package let candidateName: String
  package let candidateDigest: Digest
  package let productionName: String
  package let productionDigest: Digest
  package let policy: JSON
  package let facts: JSON
  package let startedAt: WallTime
  /// 0 at the start; one more with each step.
  package let revision: Int
  package let verdict: CanaryLook.Verdict
  /// Whether it is over: a final canary never changes again.
  package let isFinal: Bool
  package let updatedAt: WallTime
  package let state: JSON
}

/// Why a canary may not have this name, or nil if it may.
package func problem(inCanaryName name: String) -> String? {
  if name == "latest" { return "'latest' stands for the newest canary" }
  return problem(inID: name)
}

extension CanaryRecord {
  static let columns = """
    SELECT canary.id, name, token, candidate, candidate_digest, production, production_digest, policy.body, facts.body, started_at,
      revision, verdict, is_final, updated_at, canary_state.body
    FROM canary JOIN canary_state ON canary_state.canary = canary.id JOIN document policy ON policy.id = canary.policy
      JOIN document facts ON facts.id = canary.facts
    """

  init(_ row: Row, path: String) throws {
    guard let candidate = Digest(bytes: bytes(row, 4)), let production = Digest(bytes: bytes(row, 6)), let policy = json(row, 7),
      let facts = json(row, 8), let verdict = CanaryLook.Verdict(rawValue: row[11]), let state = json(row, 14)
    else { throw StoreError.corrupt(path: path, detail: "the row of a canary cannot be read") }
    self.row = row[0]
    name = row[1]
    token = row[2]
    candidateName = row[3]
    candidateDigest = candidate
    productionName = row[5]
    productionDigest = production
    self.policy = policy
    self.facts = facts
    startedAt = WallTime(milliseconds: row[9])
    revision = row[10]
    self.verdict = verdict
    isFinal = row[12]
    updatedAt = WallTime(milliseconds: row[13])
    self.state = state
  }
}
