import PortcullisStatistics
import RealModule
import Testing

/// A request of a canary: when, to whom, and its score.
struct CanaryEvent: Sendable {
  let time: Double
  let arm: CanaryArm
  let score: Double?
}

/// A seeded stream of requests in order of time.
func canaryStream(
  seed: UInt64, count: Int, perHour: Double, share: Double = 0.5, candidate: Double = 0.9, production: Double = 0.9, lost: Double = 0
) -> [CanaryEvent] {
  var generator = SplitMix64(seed: seed)
  func uniform() -> Double { Double(generator.next() >> 11) * 0x1p-53 }
  var time = 0.0
  return (0..<count).map { _ in
    time += 2 * uniform() / perHour
    let arm: CanaryArm = uniform() < share ? .candidate : .production
    let isLost = uniform() < lost
    let passed = uniform() < (arm == .candidate ? candidate : production)
    return CanaryEvent(time: time, arm: arm, score: isLost ? nil : passed ? 1 : uniform() < 0.5 ? 0 : 0.25)
  }
}

extension CanaryGate {
  mutating func feed(_ event: CanaryEvent) {
    feed(time: event.time, arm: event.arm, score: event.score)
  }

  /// What a gate that knows only its numbers has become of them.
  fileprivate func storedAndTakenUp() throws -> CanaryGate {
    func stored(_ state: BettingProcess.State) throws -> BettingProcess.State {
      BettingProcess.State(
        logWealth: try #require(PerBet(state.logWealth.values)), freshStartsLeft: state.freshStartsLeft)
    }
    let before = state
    var tally = CanaryTally()
    tally.requests = before.tally.requests
    tally.lost = before.tally.lost
    tally.windows = before.tally.windows
    tally.weight = before.tally.weight
    tally.squaredWeight = before.tally.squaredWeight
    tally.weightedDifference = before.tally.weightedDifference
    tally.weightedSquare = before.tally.weightedSquare
    tally.time = before.tally.time
    tally.verdict = before.tally.verdict
    tally.decidedAt = before.tally.decidedAt
    let window = before.window
    func scores(_ arm: WindowScores) -> WindowScores { WindowScores(scored: arm.scored, lost: arm.lost, sum: arm.sum) }
    let open = CanaryWindow(size: window.size, candidate: scores(window.candidate), production: scores(window.production))
    let after = State(
      rollback: try stored(before.rollback), promotion: try stored(before.promotion), window: try #require(open), tally: tally)
    return try #require(CanaryGate(design, state: after))
  }
}

/// The rules of §9 written down a second time, from scratch for each look: no state, plain products.
private struct PlainCanary {
  let design: CanaryDesign
  var events: [CanaryEvent] = []

  private static let bets = [(0.03125, 0.05), (0.0625, 0.10), (0.125, 0.20), (0.25, 0.25), (0.5, 0.25), (0.9, 0.15)]

  /// Difference, weight and closing time of each window, by means over what `value` makes of an event.
  private func windows(_ value: (CanaryEvent) -> Double?) -> [(difference: Double, weight: Double, closed: Double)] {
    let size = windowSize(share: design.share)
    return stride(from: 0, to: events.count - size + 1, by: size).compactMap { start in
      let requests = events[start..<start + size]
      let candidate = requests.filter { $0.arm == .candidate }.compactMap(value)
      let production = requests.filter { $0.arm == .production }.compactMap(value)
      guard !candidate.isEmpty, !production.isEmpty, let last = requests.last else { return nil }
      let (a, b) = (Double(candidate.count), Double(production.count))
      return (candidate.reduce(0, +) / a - production.reduce(0, +) / b, min(1, a * b / (a + b)), last.time)
    }
  }

  /// A window counts for a start at hour k if it closes at k or later: the start is made inside it.
  var rollbackEvidence: Double {
    let seen = windows(\.score)
    let (starts, now) = (design.hourlyStarts, events.last?.time ?? 0)
    let fresh = starts > 0 ? 0.3 / Double(starts) : 0
    func grown(from hour: Double) -> Double {
      Self.bets.reduce(0) { sum, bet in
        sum
          + seen.filter { $0.closed >= hour }.reduce(bet.1) {
            $0 * (1 + bet.0 / (1 + design.rollbackMargin) * $1.weight * (-design.rollbackMargin - $1.difference))
          }
      }
    }
    return 0.7 * grown(from: 0) + (0..<starts).reduce(0) { $0 + fresh * (Double($1 + 1) <= now ? grown(from: Double($1 + 1)) : 1) }
  }

  var promotionEvidence: Double {
    let worst = windows { $0.score ?? ($0.arm == .candidate ? 0 : 1) }
    return Self.bets.reduce(0) { sum, bet in
      sum + worst.reduce(bet.1) { $0 * (1 + bet.0 / (1 - design.margin) * $1.weight * ($1.difference + design.margin)) }
    }
  }
}

struct CanaryGateTests {
  private static let shares = [0.5, 0.2, 0.9]

  @Test(arguments: 0..<18)
  func evidenceEqualsTheRulesWrittenDownASecondTime(seed: UInt64) {
    let share = Self.shares[Int(seed) % 3]
    let design = CanaryDesign(
      margin: 0.1, rollbackMargin: seed % 2 == 0 ? 0 : 0.05, alphaRollback: 1e-9, alphaPromote: 1e-9, horizon: seed < 9 ? 12 : 1,
      minimum: 0, share: share)
    var (gate, plain) = (CanaryGate(design), PlainCanary(design: design))
    for event in canaryStream(seed: seed, count: 150, perHour: 20, share: share, lost: 0.1) where event.time <= design.horizon {
      gate.feed(event)
      plain.events.append(event)
      #expect(agrees(Double.exp(gate.logERollback), plain.rollbackEvidence))
      #expect(agrees(Double.exp(gate.logEPromote), plain.promotionEvidence))
    }
    #expect(gate.tally.requests == plain.events.count)
  }

  @Test(arguments: 0..<12)
  func aGateStoredAfterEveryRequestGoesOnBitForBit(seed: UInt64) throws {
    let share = Self.shares[Int(seed) % 3]
    let design = CanaryDesign(margin: 0.3, horizon: 30, minimum: 8, share: share)
    var (whole, resumed) = (CanaryGate(design), CanaryGate(design))
    let worse = seed % 2 == 0 ? 0.4 : 0.9
    for (index, event) in canaryStream(seed: seed, count: 400, perHour: 20, share: share, candidate: worse, lost: 0.01).enumerated() {
      whole.feed(event)
      resumed.feed(event)
      if index % 7 == 0 {
        whole.checkPromotion(at: event.time)
        resumed.checkPromotion(at: event.time)
      }
      if index == 100 {
        whole.changeShare(to: 0.3)
        resumed.changeShare(to: 0.3)
      }
      resumed = try resumed.storedAndTakenUp()
      #expect(resumed == whole)
      #expect(resumed.logERollback.bitPattern == whole.logERollback.bitPattern)
      #expect(resumed.logEPromote.bitPattern == whole.logEPromote.bitPattern)
    }
    #expect(whole.verdict != .inconclusive, "the stream decides nothing")
  }

  /// A gate asked for a promotion at every multiple of `length` hours, after empty batches too; never where nil.
  private func watched(_ design: CanaryDesign, _ events: [CanaryEvent], every length: Double?) -> CanaryGate {
    var gate = CanaryGate(design)
    var rest = events.filter { $0.time <= design.horizon }[...]
    if let length {
      for batch in 1...Int(design.horizon / length) {
        while let event = rest.first, event.time <= Double(batch) * length {
          gate.feed(event)
          rest.removeFirst()
        }
        gate.checkPromotion(at: Double(batch) * length)
      }
    }
    for event in rest { gate.feed(event) }
    return gate
  }

  @Test(arguments: 0..<20)
  func theCutIntoBatchesChangesNothingUntilAPromotion(seed: UInt64) {
    let design = CanaryDesign(
      margin: 0.25, alphaRollback: 0.3, alphaPromote: 1e-100, horizon: 30, minimum: 1, share: Self.shares[Int(seed) % 3])
    let events = canaryStream(seed: seed, count: 450, perHour: 15, share: design.share, candidate: seed % 2 == 0 ? 0.8 : 0.9)
    let whole = watched(design, events, every: nil)
    for length in [0.05, 0.25, 1, 6, 30] { #expect(watched(design, events, every: length) == whole) }
  }

  @Test(arguments: 0..<20)
  func aPromotionComesAtTheFirstCheckThatFindsItsEvidence(seed: UInt64) {
    let design = CanaryDesign(margin: 0.25, alphaRollback: 1e-12, horizon: 30, minimum: 10, share: 0.5)
    let events = canaryStream(seed: seed, count: 450, perHour: 15)
    for length in [0.25, 6] {
      let gate = watched(design, events, every: length)
      let first = stride(from: length, through: 30, by: length).first { now in
        var before = CanaryGate(design)
        for event in events where event.time <= now { before.feed(event) }
        return now >= 10 && before.logEPromote >= -Double.log(0.05)
      }
      #expect(first != nil && gate.decidedAt == first && gate.verdict == .pass)
    }
  }

  @Test(arguments: 0..<40)
  func losingAScoreNeverAddsEvidenceForAPromotion(seed: UInt64) {
    let design = CanaryDesign(margin: 0.1, alphaRollback: 1e-12, share: Self.shares[Int(seed) % 3])
    let events = canaryStream(seed: seed, count: 120, perHour: 10, share: design.share, lost: 0.05)
    func evidence(_ events: [CanaryEvent]) -> Double {
      var gate = CanaryGate(design)
      for event in events { gate.feed(event) }
      return gate.logEPromote
    }
    let whole = evidence(events)
    for index in events.indices {
      var lossy = events
      lossy[index] = CanaryEvent(time: events[index].time, arm: events[index].arm, score: nil)
      #expect(evidence(lossy) <= whole)
    }
  }

  // Every assignment of twelve requests whose scores are fixed and differ wildly, by a fair coin: under the null of equal arms
  // the mean of E is 1 for a rollback margin of 0, and no more than α of the assignments ever roll back.
  @Test func equalArmsKeepAlphaExactlyWhateverTheTraffic() {
    let scores: [Double] = [1, 0, 0, 0.5, 0.9, 0, 1, 1, 0.2, 0, 0, 1]
    let quiet = CanaryDesign(margin: 0.1, alphaRollback: 1e-12, horizon: 4, share: 0.5)
    let loud = CanaryDesign(margin: 0.1, alphaRollback: 0.7, horizon: 4, share: 0.5)
    var (mean, rolledBack) = (0.0, 0)
    for assignment in 0..<4096 {
      var (gate, other) = (CanaryGate(quiet), CanaryGate(loud))
      for (index, score) in scores.enumerated() {
        let arm: CanaryArm = assignment >> index & 1 == 1 ? .candidate : .production
        gate.feed(time: Double(index) / 4, arm: arm, score: score)
        other.feed(time: Double(index) / 4, arm: arm, score: score)
      }
      mean += Double.exp(gate.logERollback) / 4096
      rolledBack += other.verdict == .fail ? 1 : 0
    }
    #expect(agrees(mean, 1))
    #expect(rolledBack > 0 && Double(rolledBack) / 4096 <= 0.7)
  }

  @Test func sharesChangeWithoutLosingEvidenceButForTheOpenWindow() {
    var gate = CanaryGate(CanaryDesign(margin: 0.1, alphaRollback: 1e-9, share: 0.01))
    #expect(gate.window.size == 100)
    for index in 0..<250 { gate.feed(time: 0.5, arm: index % 10 == 0 ? .candidate : .production, score: index % 3 == 0 ? 0 : 1) }
    let before = gate
    gate.changeShare(to: 0.05)
    #expect(gate.window.size == 20 && gate.window.requests == 0)
    #expect(gate.logERollback == before.logERollback && gate.logEPromote == before.logEPromote)
    #expect(gate.tally == before.tally)
    for index in 0..<20 { gate.feed(time: 0.6, arm: index == 0 ? .candidate : .production, score: 1) }
    #expect(gate.tally.windows == 3 && gate.tally.requests == 270)
  }

  // reference/statistics.md §9: lost ≤ 2 % of requests of both arms together; a tie still promotes.
  @Test(arguments: [(lost: 20, passes: true), (lost: 21, passes: false)])
  func moreThanTwoPercentLostHoldsAPromotion(_ row: (lost: Int, passes: Bool)) {
    var gate = CanaryGate(CanaryDesign(margin: 0.5, share: 0.5))
    for index in 0..<1000 {
      gate.feed(time: 1, arm: index % 2 == 0 ? .candidate : .production, score: index < row.lost ? nil : 1)
    }
    #expect(gate.logEPromote > -Double.log(0.05))
    gate.checkPromotion(at: 24)
    #expect((gate.verdict == .pass) == row.passes)
    #expect(gate.hasEnoughScores == row.passes)
  }

  @Test func nothingIsPromotedBeforeTheMinimumAndTheEndIsAskedOnceMore() {
    var gate = CanaryGate(CanaryDesign(margin: 0.5, share: 0.5))
    for index in 0..<200 { gate.feed(time: 3, arm: index % 2 == 0 ? .candidate : .production, score: 1) }
    gate.checkPromotion(at: 23.999)
    #expect(gate.verdict == .inconclusive && gate.decidedAt == nil)
    gate.checkPromotion(at: 24)
    #expect(gate.verdict == .pass && gate.decidedAt == 24)
    let promoted = gate
    for _ in 0..<200 { gate.feed(time: 25, arm: .candidate, score: 0) }
    gate.checkPromotion(at: 72)
    #expect(gate == promoted, "a decision is final")
  }

  @Test func requestsAfterTheHorizonAreIgnored() {
    var gate = CanaryGate(CanaryDesign(margin: 0.5, horizon: 10, minimum: 5, share: 0.5))
    gate.feed(time: 10, arm: .candidate, score: 1)
    let before = gate
    for index in 0..<400 { gate.feed(time: 10.001, arm: index % 2 == 0 ? .candidate : .production, score: 0.5) }
    #expect(gate == before && gate.tally.requests == 1)
    gate.checkPromotion(at: 11)
    #expect(gate.verdict == .inconclusive)
  }

  @Test func aMinimumBeyondTheHorizonNeverPromotes() {
    var gate = CanaryGate(CanaryDesign(margin: 0.5, horizon: 10, minimum: 24, share: 0.5))
    for index in 0..<400 { gate.feed(time: 9, arm: index % 2 == 0 ? .candidate : .production, score: 1) }
    gate.checkPromotion(at: 30)
    #expect(gate.verdict == .inconclusive && gate.logEPromote > -Double.log(0.05))
  }

  @Test(arguments: [0.01, 0.2, 0.5, 0.99], [0, 0.5, 1, 2, 72])
  func withoutEvidenceNothingIsDecided(share: Double, horizon: Double) {
    let design = CanaryDesign(margin: 0.03, horizon: horizon, minimum: 0, share: share)
    #expect(design.hourlyStarts == (horizon >= 1 ? Int(horizon) - 1 : 0))
    let scores: [(CanaryArm) -> Double?] = [{ _ in nil }, { $0 == .candidate ? nil : 1 }, { $0 == .production ? nil : 1 }]
    for arms in [[], [CanaryArm.candidate], [.production], [.candidate, .production]] {
      for score in scores {
        var gate = CanaryGate(design)
        for index in 0..<(arms.isEmpty ? 0 : 2000) {
          let arm = arms[index % arms.count]
          // One arm alone may have its scores.
          gate.feed(time: horizon * Double(index) / 2000, arm: arm, score: arms.count == 1 ? score(arm) ?? 1 : score(arm))
          gate.checkPromotion(at: horizon * Double(index) / 2000)
        }
        gate.checkPromotion(at: horizon)
        #expect(gate.verdict == .inconclusive)
        #expect(gate.mean == nil && gate.tally.windows == 0)
        #expect(!gate.logERollback.isNaN && !gate.logEPromote.isNaN)
      }
    }
  }

  // Mass 1 − w₀ is unused where no whole hour fits (R = 0): E₀ = 0.7.
  @Test func aShortHorizonKeepsOnlyTheFirstStart() {
    #expect(agrees(CanaryGate(CanaryDesign(margin: 0.1, horizon: 1.5, share: 0.5)).logERollback, Double.log(0.7)))
  }

  @Test func aLongSilenceMakesAllItsStartsAtOnce() {
    let design = CanaryDesign(margin: 0.1, alphaRollback: 1e-9, horizon: 1_000_000, share: 0.5)
    var gate = CanaryGate(design)
    for _ in 0..<4 { gate.feed(time: 999_999, arm: .candidate, score: 1) }
    #expect(gate.state.rollback.freshStartsLeft == 0)
  }

  @Test func aStateThatIsNoneOfTheDesignIsRefused() {
    let design = CanaryDesign(margin: 0.1, horizon: 10, share: 0.5)
    var gate = CanaryGate(design)
    for event in canaryStream(seed: 3, count: 90, perHour: 20) { gate.feed(event) }
    #expect(CanaryGate(design, state: gate.state) == gate)
    let breaks: [(inout CanaryGate.State) -> Void] = [
      { $0.tally.lost = $0.tally.requests + 1 }, { $0.tally.lost = -1 }, { $0.tally.windows = -1 }, { $0.tally.time = .nan },
      { $0.tally.time = 10.1 }, { $0.tally.weight = .nan }, { $0.tally.weightedSquare = .infinity }, { $0.tally.verdict = .pass },
      { $0.tally.decidedAt = 3 }, { $0.rollback.freshStartsLeft = 10 }, { $0.promotion.freshStartsLeft = 1 },
      { $0.tally.weightedDifference = -1000 },
    ]
    for breaking in breaks {
      var state = gate.state
      breaking(&state)
      #expect(CanaryGate(design, state: state) == nil)
    }
  }

  // Three windows by hand: D = 1, −½, 0 with h = 1, ¾, 1.
  @Test func theDrawnIntervalIsThatOfTheWeightedWindows() throws {
    var gate = CanaryGate(CanaryDesign(margin: 0.1, alphaRollback: 1e-9, share: 0.5))
    #expect(gate.drawnInterval(alpha: 0.05, sharpestAt: 100) == nil)
    let windows: [(candidate: [Double], production: [Double])] = [([1, 1], [0, 0]), ([0.5], [1, 1, 1]), ([1, 0], [0, 1])]
    for window in windows {
      for score in window.candidate { gate.feed(time: 1, arm: .candidate, score: score) }
      for score in window.production { gate.feed(time: 1, arm: .production, score: score) }
    }
    let weight = 2.75
    let mean = (1 - 0.375) / weight
    let variance = (1 + 0.1875) / weight - mean * mean
    let known = try #require(
      asymptoticInterval(
        count: weight * weight / 2.5625, mean: mean, variance: variance, alpha: 0.05, rho2: rho2(sharpestAt: 100, alpha: 0.05)))
    let drawn = try #require(gate.drawnInterval(alpha: 0.05, sharpestAt: 100))
    #expect(agrees(drawn.lower, known.lower) && agrees(drawn.upper, known.upper))
  }
}
