import PortcullisCore
package import PortcullisStatistics

/// Requests, failures, cost, tokens and quality of each arm, whole and by what the requests say of themselves; bounded.
package struct CanaryTables: Sendable, Hashable {
  package private(set) var total = ArmRows()
  /// The first `limit` values of each field, in the order in which they appeared; the rest together.
  package private(set) var fields: [ObservationField: Table] = [:]
  /// Of each arm, by kind.
  private var failureCounts: [CanaryArm: [FailureKind: Int]] = [:]

  /// Values kept apart in each field.
  package static let limit = 32

  package struct Table: Sendable, Hashable {
    package private(set) var names: [String] = []
    package private(set) var rows: [ArmRows] = []
    /// Of all values that came after them.
    package private(set) var others = ArmRows()

    /// By the number of requests, the most first.
    package var ranked: [(name: String, rows: ArmRows)] {
      zip(names, rows).map { ($0, $1) }.sorted { ($1.1.requests, $0.0) < ($0.1.requests, $1.0) }
    }
  }

  package struct ArmRows: Sendable, Hashable {
    package private(set) var candidate = Row()
    package private(set) var production = Row()

    package subscript(_ arm: CanaryArm) -> Row {
      switch arm {
      case .candidate: candidate
      case .production: production
      }
    }

    package var requests: Int { candidate.requests + production.requests }
  }

  /// Sums over the requests of one arm. A mean is its sum by its own count, so that what is unknown is not taken for 0.
  package struct Row: Sendable, Hashable {
    package private(set) var requests = 0
    package private(set) var failures = 0
    package private(set) var scored = 0
    package private(set) var scores = 0.0
    /// Scored 1.
    package private(set) var perfect = 0
    package private(set) var priced = 0
    package private(set) var costMicro = 0
    package private(set) var inputTokens = 0
    package private(set) var outputTokens = 0
    package private(set) var cacheKnown = 0
    package private(set) var cacheHits = 0
    package private(set) var rated = 0
    package private(set) var feedback = 0.0

    package var meanScore: Double? { scored > 0 ? scores / Double(scored) : nil }
    package var meanCostMicro: Double? { priced > 0 ? Double(costMicro) / Double(priced) : nil }
    package var failureRate: Double? { requests > 0 ? Double(failures) / Double(requests) : nil }
    package var hitRate: Double? { cacheKnown > 0 ? Double(cacheHits) / Double(cacheKnown) : nil }
    package var meanFeedback: Double? { rated > 0 ? feedback / Double(rated) : nil }
  }

  init() {}

  /// Failed calls of an arm by kind, sorted by kind.
  package func failures(of arm: CanaryArm) -> [ArmSummary.FailureCount] {
    (failureCounts[arm] ?? [:]).sorted { $0.key.rawValue < $1.key.rawValue }.map { ArmSummary.FailureCount(kind: $0.key, count: $0.value) }
  }

  mutating func add(_ observation: Observation) {
    total.add(observation)
    if let kind = observation.failure { failureCounts[observation.arm, default: [:]][kind, default: 0] += 1 }
    for field in ObservationField.allCases {
      if let value = observation[field] { fields[field, default: Table()].add(value, observation) }
    }
  }
}

extension CanaryTables.Table {
  fileprivate mutating func add(_ value: String, _ observation: Observation) {
    if let place = names.firstIndex(of: value) {
      rows[place].add(observation)
    } else if names.count < CanaryTables.limit {
      names.append(value)
      var row = CanaryTables.ArmRows()
      row.add(observation)
      rows.append(row)
    } else {
      others.add(observation)
    }
  }

  fileprivate var json: JSON {
    .object([
      ("names", .array(names.map(JSON.string))), ("rows", .array(rows.map { numbers($0.stored) })), ("others", numbers(others.stored)),
    ])
  }

  fileprivate init?(_ json: JSON) {
    guard let names = json["names"]?.array?.map(\.string), !names.contains(nil), names.count <= CanaryTables.limit,
      let rows = json["rows"]?.array?.map({ doubles($0).flatMap { CanaryTables.ArmRows(stored: $0) } }), !rows.contains(nil),
      rows.count == names.count, let others = doubles(json["others"]).flatMap({ CanaryTables.ArmRows(stored: $0) })
    else { return nil }
    (self.names, self.rows, self.others) = (names.compactMap { $0 }, rows.compactMap { $0 }, others)
  }
}

extension CanaryTables.ArmRows {
  fileprivate mutating func add(_ observation: Observation) {
    switch observation.arm {
    case .candidate: candidate.add(observation)
    case .production: production.add(observation)
    }
  }

  fileprivate var stored: [Double] { candidate.stored + production.stored }

  fileprivate init?(stored: [Double]) {
    guard stored.count == 2 * CanaryTables.Row.storedCount,
      let candidate = CanaryTables.Row(stored: Array(stored.prefix(CanaryTables.Row.storedCount))),
      let production = CanaryTables.Row(stored: Array(stored.suffix(CanaryTables.Row.storedCount)))
    else { return nil }
    (self.candidate, self.production) = (candidate, production)
  }
}

extension CanaryTables.Row {
  fileprivate static let storedCount = 13

  fileprivate mutating func add(_ observation: Observation) {
    requests += 1
    if let failure = observation.failure, !failure.isOurs { failures += 1 }
    if let score = observation.score {
      scored += 1
      scores += score
      if score == 1 { perfect += 1 }
    }
    if let cost = observation.costMicro {
      priced += 1
      costMicro += cost
    }
    inputTokens += observation.tokens.input ?? 0
    outputTokens += observation.tokens.output ?? 0
    if let hit = observation.cacheHit {
      cacheKnown += 1
      cacheHits += hit ? 1 : 0
    }
    if let said = observation.feedback {
      rated += 1
      feedback += said
    }
  }

  fileprivate var stored: [Double] {
    let counts = [requests, failures, scored, perfect, priced, costMicro, inputTokens, outputTokens, cacheKnown, cacheHits, rated]
    return counts.map(Double.init) + [scores, feedback]
  }

  fileprivate init?(stored: [Double]) {
    let counts = stored.prefix(11).compactMap { Int(exactly: $0) }
    guard stored.count == Self.storedCount, counts.count == 11, counts.allSatisfy({ $0 >= 0 }), stored[11] >= 0, stored[12] >= 0 else {
      return nil
    }
    (requests, failures, scored, perfect, priced, costMicro) = (counts[0], counts[1], counts[2], counts[3], counts[4], counts[5])
    (inputTokens, outputTokens, cacheKnown, cacheHits, rated) = (counts[6], counts[7], counts[8], counts[9], counts[10])
    (scores, feedback) = (stored[11], stored[12])
  }
}

extension CanaryTables {
  var json: JSON {
    .object(
      [
        ("total", numbers(total.stored)), ("candidate_failures", failuresJSON(.candidate)),
        ("production_failures", failuresJSON(.production)),
      ]
        + ObservationField.allCases.compactMap { field in fields[field].map { (field.rawValue, $0.json) } })
  }

  private func failuresJSON(_ arm: CanaryArm) -> JSON { .object(failures(of: arm).map { ($0.kind.rawValue, .int($0.count)) }) }

  init?(_ json: JSON) {
    guard let total = doubles(json["total"]).flatMap({ ArmRows(stored: $0) }) else { return nil }
    self.total = total
    for (arm, name) in [(CanaryArm.candidate, "candidate_failures"), (.production, "production_failures")] {
      guard let stored = json[name]?.object else { return nil }
      for member in stored.members {
        guard let kind = FailureKind(rawValue: member.name), let count = member.value.int, count > 0 else { return nil }
        failureCounts[arm, default: [:]][kind] = count
      }
    }
    for field in ObservationField.allCases {
      guard let stored = json[field.rawValue] else { continue }
      guard let table = Table(stored) else { return nil }
      fields[field] = table
    }
  }
}
