import PortcullisStatistics

// The statistics' states as plain numbers, to be stored and taken up again bit for bit.

extension BettingProcess.State {
  /// Seven numbers.
  var stored: [Double] { logWealth.values + [Double(freshStartsLeft)] }

  init?(stored numbers: ArraySlice<Double>) {
    guard numbers.count == 7, let wealth = PerBet(Array(numbers.prefix(6))), let left = numbers.last.flatMap({ Int(exactly: $0) }) else {
      return nil
    }
    self.init(logWealth: wealth, freshStartsLeft: left)
  }
}

extension WindowScores {
  fileprivate var stored: [Double] { [Double(scored), Double(lost), sum] }

  fileprivate init?(stored numbers: ArraySlice<Double>) {
    let numbers = Array(numbers)
    guard numbers.count == 3, let scored = Int(exactly: numbers[0]), let lost = Int(exactly: numbers[1]) else { return nil }
    self.init(scored: scored, lost: lost, sum: numbers[2])
  }
}

extension CanaryGate {
  static let storedCount = 31

  /// `storedCount` numbers; −1 for a moment that is not yet.
  var stored: [Double] {
    let state = self.state
    let tally = state.tally
    let verdict: Double =
      switch tally.verdict {
      case .inconclusive: 0
      case .pass: 1
      case .fail: 2
      }
    return state.rollback.stored + state.promotion.stored + [Double(state.window.size)] + state.window.candidate.stored
      + state.window.production.stored
      + [
        Double(tally.requests), Double(tally.lost), Double(tally.windows), tally.weight, tally.squaredWeight, tally.weightedDifference,
        tally.weightedSquare, tally.time, verdict, tally.decidedAt ?? -1,
      ]
  }

  /// nil where the numbers are none that a gate of this design can have.
  init?(_ design: CanaryDesign, stored numbers: [Double]) {
    guard numbers.count == Self.storedCount, let rollback = BettingProcess.State(stored: numbers[0..<7]),
      let promotion = BettingProcess.State(stored: numbers[7..<14]), let size = Int(exactly: numbers[14]),
      let candidate = WindowScores(stored: numbers[15..<18]), let production = WindowScores(stored: numbers[18..<21]),
      let window = CanaryWindow(size: size, candidate: candidate, production: production), let requests = Int(exactly: numbers[21]),
      let lost = Int(exactly: numbers[22]), let windows = Int(exactly: numbers[23])
    else { return nil }
    var tally = CanaryTally()
    (tally.requests, tally.lost, tally.windows) = (requests, lost, windows)
    (tally.weight, tally.squaredWeight, tally.weightedDifference) = (numbers[24], numbers[25], numbers[26])
    (tally.weightedSquare, tally.time) = (numbers[27], numbers[28])
    switch numbers[29] {
    case 0: tally.verdict = .inconclusive
    case 1: tally.verdict = .pass
    case 2: tally.verdict = .fail
    default: return nil
    }
    tally.decidedAt = numbers[30] < 0 ? nil : numbers[30]
    self.init(design, state: State(rollback: rollback, promotion: promotion, window: window, tally: tally))
  }
}

extension ComparedWatch {
  var stored: [Double] { seen.stored + (worst?.stored ?? []) }

  /// Takes up stored numbers; false where they are none of this watch.
  mutating func restore(_ numbers: [Double]) -> Bool {
    let count = CanaryGate.storedCount
    guard numbers.count == (worst == nil ? count : 2 * count), let seen = CanaryGate(seen.design, stored: Array(numbers.prefix(count)))
    else { return false }
    var second: CanaryGate?
    if let worst {
      second = CanaryGate(worst.design, stored: Array(numbers.suffix(count)))
      if second == nil { return false }
    }
    self = ComparedWatch(seen: seen, worst: second)
    return true
  }
}
