import PortcullisCore

/// How many cases an evalset has, by what they can be told apart.
package struct EvalsetCounts: Sendable {
  package private(set) var cases = 0
  package private(set) var critical = 0
  /// Incident cases by state: `open`, `fixed`, `guarded`.
  package private(set) var incidents: [String: Int] = [:]
  package private(set) var quarantined = 0
  package private(set) var conversations = 0
  package private(set) var behaviours: [String: Int] = [:]
  /// Tag name, then its value. Beyond 1000 values of one tag the rest are not told apart (`SliceValues.isCut`).
  package private(set) var tags: [String: SliceValues] = [:]
  /// Cases that use a kind of check, also inside `not` and in turns.
  package private(set) var checks: [String: Int] = [:]
  /// Names of judges that are asked.
  package private(set) var judges: Set<String> = []
  /// Cases by what they ask for in `repeats`; those that leave it to the run are not here.
  package private(set) var repeats: [Int: Int] = [:]
  /// Cases that name a cluster.
  package private(set) var clustered = 0

  package struct SliceValues: Sendable, Hashable {
    package fileprivate(set) var counts: [String: Int] = [:]
    package fileprivate(set) var isCut = false

    fileprivate mutating func add(_ value: String, limit: Int) {
      if counts.count < limit || counts[value] != nil { counts[value, default: 0] += 1 } else { isCut = true }
    }
  }

  private static let valueLimit = 1000

  mutating func add(_ testCase: Case) {
    cases += 1
    if testCase.severity == .critical { critical += 1 }
    if let incident = testCase.incident { incidents[incident.state.rawValue, default: 0] += 1 }
    if testCase.quarantine != nil { quarantined += 1 }
    if testCase.cluster != nil { clustered += 1 }
    if let repeats = testCase.repeats { self.repeats[repeats, default: 0] += 1 }
    if let behaviour = testCase.behaviour, behaviours[behaviour] != nil || behaviours.count < EvalsetCounts.valueLimit {
      behaviours[behaviour, default: 0] += 1
    }
    for tag in testCase.tags where tags[tag.name] != nil || tags.count < EvalsetCounts.valueLimit {
      tags[tag.name, default: SliceValues()].add(tag.value, limit: EvalsetCounts.valueLimit)
    }
    var kinds = Set<String>()
    for spec in testCase.checks { note(spec, &kinds) }
    if case .turns(let turns) = testCase.input {
      conversations += 1
      for spec in turns.flatMap(\.checks) { note(spec, &kinds) }
    }
    for kind in kinds { checks[kind, default: 0] += 1 }
  }

  private mutating func note(_ spec: CheckSpec, _ kinds: inout Set<String>) {
    kinds.insert(spec.kind)
    if spec.kind == "judge", let name = spec.argument?.string { judges.insert(name) }
    guard spec.kind == "not", let argument = spec.argument else { return }
    if let inner = argument.object?.members.first {
      note(CheckSpec(kind: inner.name, argument: inner.value), &kinds)
    } else if let bare = argument.string {
      note(CheckSpec(kind: bare), &kinds)
    }
  }
}
