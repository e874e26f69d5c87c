import PortcullisCore
import PortcullisStatistics

/// What an hour of one arm was like.
struct HourSums: Sendable, Hashable {
  var requests = 0
  var failures = 0
  var timed = 0
  var slow = 0
  var scored = 0
  var scores = 0.0
  var priced = 0
  var cost = 0
  var cacheKnown = 0
  var cacheHits = 0

  static let storedCount = 10

  init() {}

  init?(stored numbers: ArraySlice<Double>) {
    let values = Array(numbers)
    let whole = values.enumerated().map { $0.offset == 5 ? 0 : Int(exactly: $0.element) }
    guard values.count == Self.storedCount, !whole.contains(where: { ($0 ?? -1) < 0 }), values[5] >= 0 else { return nil }
    let counts = whole.compactMap { $0 }
    (requests, failures, timed, slow, scored) = (counts[0], counts[1], counts[2], counts[3], counts[4])
    (scores, priced, cost, cacheKnown, cacheHits) = (values[5], counts[6], counts[7], counts[8], counts[9])
  }

  var stored: [Double] {
    [
      Double(requests), Double(failures), Double(timed), Double(slow), Double(scored), scores, Double(priced), Double(cost),
      Double(cacheKnown), Double(cacheHits),
    ]
  }

  mutating func add(_ observation: Observation, slowLimit: Int?) {
    requests += 1
    if let failure = observation.failure, !failure.isOurs { failures += 1 }
    if let limit = slowLimit, observation.failure == nil, let latency = observation.latency?.microseconds {
      timed += 1
      if latency > limit { slow += 1 }
    }
    if let score = observation.score {
      scored += 1
      scores += score
    }
    if let micro = observation.costMicro {
      priced += 1
      cost += micro
    }
    if let hit = observation.cacheHit {
      cacheKnown += 1
      cacheHits += hit ? 1 : 0
    }
  }

  mutating func add(_ other: HourSums) {
    requests += other.requests
    failures += other.failures
    timed += other.timed
    slow += other.slow
    scored += other.scored
    scores += other.scores
    priced += other.priced
    cost += other.cost
    cacheKnown += other.cacheKnown
    cacheHits += other.cacheHits
  }

  var meanScore: Double? { scored > 0 ? scores / Double(scored) : nil }
  var meanCost: Double? { priced > 0 ? Double(cost) / Double(priced) : nil }
  var hitRate: Double? { cacheKnown > 0 ? Double(cacheHits) / Double(cacheKnown) : nil }
}

/// The last 14 days of both arms, by the hour.
struct HourTable: Sendable, Hashable {
  static let hours = 336

  /// Of the first hour kept; the rest follow without a gap.
  private(set) var first = 0
  private(set) var candidate: [HourSums] = []
  private(set) var production: [HourSums] = []

  /// Adds to the hour of `time`, which is none before the last.
  mutating func add(_ observation: Observation, at time: Double, slowLimit: Int?) {
    let hour = Int(time)
    if candidate.isEmpty || hour - first >= candidate.count + Self.hours {
      (first, candidate, production) = (hour, [HourSums()], [HourSums()])
    }
    while first + candidate.count <= hour {
      candidate.append(HourSums())
      production.append(HourSums())
    }
    if candidate.count > Self.hours {
      let old = candidate.count - Self.hours
      candidate.removeFirst(old)
      production.removeFirst(old)
      first += old
    }
    let place = hour - first
    switch observation.arm {
    case .candidate: candidate[place].add(observation, slowLimit: slowLimit)
    case .production: production[place].add(observation, slowLimit: slowLimit)
    }
  }

  /// The sums over these hours.
  func sum(_ arm: CanaryArm, _ range: Range<Int>) -> HourSums {
    let hours = arm == .candidate ? candidate : production
    var sum = HourSums()
    let kept = range.clamped(to: first..<first + hours.count)
    for hour in kept { sum.add(hours[hour - first]) }
    return sum
  }

  var json: JSON {
    .object([
      ("first", .int(first)), ("candidate", numbers(candidate.flatMap(\.stored))), ("production", numbers(production.flatMap(\.stored))),
    ])
  }

  init() {}

  init?(_ json: JSON) {
    func read(_ name: String) -> [HourSums]? {
      guard let flat = doubles(json[name]), flat.count.isMultiple(of: HourSums.storedCount) else { return nil }
      let sums = stride(from: 0, to: flat.count, by: HourSums.storedCount).map { HourSums(stored: flat[$0..<$0 + HourSums.storedCount]) }
      return sums.contains(nil) ? nil : sums.compactMap { $0 }
    }
    guard let first = json["first"]?.int, first >= 0, let candidate = read("candidate"), let production = read("production"),
      candidate.count == production.count, candidate.count <= Self.hours
    else { return nil }
    (self.first, self.candidate, self.production) = (first, candidate, production)
  }
}
