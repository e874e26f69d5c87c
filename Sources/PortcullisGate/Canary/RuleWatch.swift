import PortcullisCore
import PortcullisStatistics

/// One rule of the policy at work.
///
/// | rule | rolls back | lets pass |
/// |---|---|---|
/// | `no-regression` | windows of scores, beyond the rollback margin; each slice too | windows, lost scores at their worst |
/// | `cache-hit` | windows of hits, beyond its margin | the same windows |
/// | `cost-per-request` | windows of capped costs, beyond the increase | the same windows |
/// | `error-rate`, `tail` | the candidate's share above the limit | its share below the limit, lost answers as bad |
/// | `latency: {limit}` | the share of slow answers above 1 − quantile | that share below it, lost answers as slow |
/// | `latency: {increase}` | windows: 1 − quantile more slow answers than production | as with a limit |
///
/// With `increase`, slow is what takes longer than production's own quantile × (1 + increase), fixed from the first
/// `Calibration.needed` production requests. What slows both arms alike then rolls nothing back, and stands in the way of a promotion.
struct RuleWatch: Sendable, Hashable {
  let rule: CanaryRule
  let advisory: Bool
  private(set) var compared: ComparedWatch?
  private(set) var limited: LimitWatch?
  private(set) var slices: [SliceWatches] = []
  private(set) var calibration: Calibration?
  private(set) var counts = ReadingCounts()
  /// Requests of each arm whose cost was above the cap.
  private(set) var capped = ReadingCounts()

  init(_ entry: CanaryPolicyRule, _ policy: CanaryPolicy) {
    rule = entry.rule
    advisory = entry.advisory
    let bySession = policy.isBySession
    let rate = policy.rollbackRate
    func design(_ margin: Double, rollback: Double, _ alpha: Double) -> CanaryDesign {
      CanaryDesign(
        margin: margin, rollbackMargin: rollback, alphaRollback: alpha, alphaPromote: policy.wrongPass, horizon: policy.deadline,
        minimum: 0, share: policy.stages[0].share, maximumLost: policy.maxLost)
    }
    func compare(_ margin: Double, rollback: Double, _ alpha: Double? = nil) -> ComparedWatch {
      ComparedWatch(design(margin, rollback: rollback, alpha ?? rate), bySession: bySession)
    }
    func limit(_ share: Double) -> LimitWatch {
      let starts = max(0, Int(policy.deadline.rounded(.down)) - 1)
      return LimitWatch(limit: share, alphaRollback: rate, alphaPromote: policy.wrongPass, starts: starts)
    }
    switch rule {
    case .noRegression(let rule):
      // Slices have half of the rule's part between them, equally, for as many as there may be.
      let isWhole = rule.slices.isEmpty
      compared = compare(rule.margin, rollback: policy.rollbackMargin, isWhole ? rate : rate / 2)
      slices = rule.slices.map { field in
        let alpha = rate / 2 / Double(rule.slices.count * SliceWatches.limit)
        let margin = rule.sliceMargin ?? rule.margin
        return SliceWatches(field, design(margin, rollback: policy.rollbackMargin, alpha), bySession: bySession)
      }
    case .errorRate(let rule): limited = limit(rule.max)
    case .tail(let rule): limited = limit(rule.maxShare)
    case .latency(let rule):
      limited = limit(1 - rule.quantile)
      if case .increase(let share) = rule.limit {
        calibration = Calibration(.quantile(rule.quantile, increase: share))
        compared = compare(0.5, rollback: 1 - rule.quantile)
      }
    // The increase is inside the values; the smallest margin a design may have stands for 0.
    case .costPerRequest:
      calibration = Calibration(.cap)
      compared = compare(.ulpOfOne, rollback: 0)
    case .cacheHit(let rule): compared = compare(rule.margin, rollback: rule.margin)
    }
  }

  /// The smallest time that is slow plus nothing: longer than this is slow; nil where no such limit is known (yet).
  var slowLimit: Int? {
    guard case .latency(let rule) = rule else { return nil }
    return switch rule.limit {
    case .absolute(let limit): limit.microseconds
    case .increase: calibration?.frozen
    }
  }

  var hasFired: Bool {
    let limitFired = compared == nil && limited?.hasFired == true
    return limitFired || compared?.hasFired == true || slices.contains { $0.watches.contains(where: \.hasFired) }
  }

  /// Whether it has the evidence for a promotion now, lost readings at their worst.
  func isProven(maxLost: Double) -> Bool {
    guard counts.candidate.known > 0, !isShortOfReadings(maxLost) else { return false }
    if let limited { return limited.isProven }
    guard counts.production.known > 0, compared?.isProven == true else { return false }
    guard gatesSlices else { return true }
    return slices.allSatisfy { !$0.watches.isEmpty && $0.watches.allSatisfy(\.isProven) }
  }

  var gatesSlices: Bool { if case .noRegression(let rule) = rule { rule.sliceMargin != nil } else { false } }

  /// Whether too many readings are lost for what it says to be trusted; a limit on calls takes lost ones as bad instead.
  func isShortOfReadings(_ maxLost: Double) -> Bool {
    switch rule {
    case .errorRate, .latency: false
    case .noRegression, .tail, .costPerRequest, .cacheHit: counts.lostShare > maxLost
    }
  }

  /// What the request says, and counts it.
  mutating func read(_ observation: Observation) -> Reading {
    let reading = reading(observation)
    counts.add(observation.arm, reading)
    return reading
  }

  private mutating func reading(_ observation: Observation) -> Reading {
    switch rule {
    case .noRegression: return observation.score.map(Reading.good) ?? .lost
    case .tail(let rule): return observation.score.map { .good($0 < rule.floor ? 0 : 1) } ?? .lost
    case .errorRate:
      guard let failure = observation.failure else { return .good(1) }
      return failure.isOurs ? .lost : .good(0)
    case .cacheHit: return observation.cacheHit.map { .good($0 ? 1 : 0) } ?? .lost
    case .latency:
      let latency = observation.failure == nil ? observation.latency?.microseconds : nil
      guard let slow = slowLimit else {
        calibration?.add(latency, of: observation.arm)
        return .none
      }
      return latency.map { .good($0 > slow ? 0 : 1) } ?? .lost
    case .costPerRequest(let rule):
      guard let cap = calibration?.frozen else {
        calibration?.add(observation.costMicro, of: observation.arm)
        return .none
      }
      guard let cost = observation.costMicro else { return .lost }
      guard cap > 0 else { return .none }
      if cost > cap { capped.add(observation.arm, .good(1)) }
      let share = Double(min(cost, cap)) / Double(cap)
      // Candidate − production is then (production's mean − candidate's / (1 + increase)) / cap: below 0 only beyond the increase.
      return .good(1 - (observation.arm == .candidate ? share / (1 + rule.increase) : share))
    }
  }

  /// Feeds the part that compares the arms.
  mutating func compare(_ unit: UnitSum, _ arm: CanaryArm, at time: Double) {
    guard !unit.isEmpty else { return }
    compared?.feed(unit, arm, at: time)
  }

  /// Feeds the part that holds the candidate to a limit.
  mutating func limit(_ unit: UnitSum, at time: Double) {
    guard !unit.isEmpty else { return }
    limited?.feed(unit, at: time)
  }

  /// The places of the request's values among the slices; −1 where it names none.
  mutating func places(_ observation: Observation) -> [Int] {
    guard !slices.isEmpty else { return [] }
    return slices.indices.map { index in
      guard let value = observation[slices[index].field] else {
        slices[index].unnamed += 1
        return -1
      }
      return slices[index].place(of: value)
    }
  }

  mutating func countSlices(_ reading: Reading, _ arm: CanaryArm, places: [Int]) {
    for (index, place) in places.enumerated() where place >= 0 { slices[index].count(arm, reading, place: place) }
  }

  mutating func compareSlices(_ unit: UnitSum, _ arm: CanaryArm, places: [Int], at time: Double) {
    guard !unit.isEmpty else { return }
    for (index, place) in places.enumerated() where place >= 0 { slices[index].feed(unit, arm, place: place, at: time) }
  }

  mutating func changeShare(to share: Double) {
    compared?.changeShare(to: share)
    for index in slices.indices { slices[index].changeShare(to: share) }
  }
}

extension RuleWatch {
  /// Slices that appear after a stored state was taken up begin at its share.
  mutating func goOn(at share: Double) {
    for index in slices.indices { slices[index].goOn(at: share) }
  }
}

extension CanaryPolicy {
  var isBySession: Bool { if case .session = unit { true } else { false } }
}

extension RuleWatch {
  var json: JSON {
    .object(present: [
      ("counts", numbers(counts.stored)), ("capped", capped.known > 0 ? numbers(capped.stored) : nil),
      ("compared", (compared?.stored).map(numbers)), ("limited", (limited?.stored).map(numbers)),
      ("calibration", (calibration?.stored).map(numbers)), ("slices", slices.isEmpty ? nil : .array(slices.map(\.json))),
    ])
  }

  /// Takes up what `json` wrote; false where it is none of this rule.
  mutating func restore(_ json: JSON) -> Bool {
    guard let counts = doubles(json["counts"]).flatMap({ ReadingCounts(stored: $0[...]) }),
      (json["compared"] != nil) == (compared != nil), (json["limited"] != nil) == (limited != nil),
      (json["calibration"] != nil) == (calibration != nil)
    else { return false }
    self.counts = counts
    if let text = json["capped"] {
      guard let capped = doubles(text).flatMap({ ReadingCounts(stored: $0[...]) }) else { return false }
      self.capped = capped
    }
    if compared != nil {
      guard let stored = doubles(json["compared"]), compared?.restore(stored) == true else { return false }
    }
    if limited != nil {
      guard let stored = doubles(json["limited"]), limited?.restore(stored[...]) == true else { return false }
    }
    if calibration != nil {
      guard let stored = doubles(json["calibration"]), calibration?.restore(stored) == true else { return false }
    }
    let stored = json["slices"]?.array ?? []
    guard stored.count == slices.count else { return false }
    for index in slices.indices where !slices[index].restore(stored[index]) { return false }
    return true
  }
}

extension SliceWatches {
  var json: JSON {
    .object([
      ("unnamed", .int(unnamed)), ("names", .array(names.map(JSON.string))), ("watches", .array(watches.map { numbers($0.stored) })),
      ("counts", .array(counts.map { numbers($0.stored) })),
    ])
  }

  mutating func restore(_ json: JSON) -> Bool {
    guard let unnamed = json["unnamed"]?.int, let names = json["names"]?.array?.map(\.string), !names.contains(nil),
      let stored = json["watches"]?.array?.map({ doubles($0) }), !stored.contains(nil),
      let counts = json["counts"]?.array?.map({ doubles($0).flatMap { ReadingCounts(stored: $0[...]) } }), !counts.contains(nil)
    else { return false }
    var watches: [ComparedWatch] = []
    for numbers in stored.compactMap({ $0 }) {
      var watch = blank
      guard watch.restore(numbers) else { return false }
      watches.append(watch)
    }
    return restore(names: names.compactMap { $0 }, watches: watches, counts: counts.compactMap { $0 }, unnamed: unnamed)
  }
}
