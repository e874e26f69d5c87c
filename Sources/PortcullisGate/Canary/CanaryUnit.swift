import PortcullisStatistics

/// What one request says to one rule: how good it was, 0…1.
enum Reading: Sendable, Hashable {
  case good(Double)
  /// It should have said something and does not.
  case lost
  /// The rule does not count it: its limit is not fixed yet.
  case none
}

/// The readings of one rule in one independent unit: a request, or the requests of a session.
struct UnitSum: Sendable, Hashable {
  private(set) var sum = 0.0
  private(set) var known = 0
  private(set) var lost = 0

  init() {}

  init(_ reading: Reading) { add(reading) }

  /// A stored sum; nil where it can be none.
  init?(stored numbers: ArraySlice<Double>) {
    let numbers = Array(numbers)
    guard numbers.count == 3, let known = Int(exactly: numbers[1]), let lost = Int(exactly: numbers[2]), known >= 0, lost >= 0,
      numbers[0] >= 0, numbers[0] <= Double(known)
    else { return nil }
    (sum, self.known, self.lost) = (numbers[0], known, lost)
  }

  var stored: [Double] { [sum, Double(known), Double(lost)] }

  mutating func add(_ reading: Reading) {
    switch reading {
    case .good(let value):
      sum += value
      known += 1
    case .lost: lost += 1
    case .none: break
    }
  }

  var isEmpty: Bool { known + lost == 0 }

  /// The mean of what is known; nil where nothing is.
  var observed: Double? { known > 0 ? min(1, sum / Double(known)) : nil }

  /// The mean with what the candidate lost as 0 and what production lost as 1; of a unit that is not empty.
  func worst(_ arm: CanaryArm) -> Double {
    min(1, (sum + (arm == .production ? Double(lost) : 0)) / Double(known + lost))
  }
}

/// How many requests of each arm said something to a rule, and how many should have.
struct ReadingCounts: Sendable, Hashable {
  private(set) var candidate = UnitSum()
  private(set) var production = UnitSum()

  init() {}

  init?(stored numbers: ArraySlice<Double>) {
    guard numbers.count == 6, let candidate = UnitSum(stored: numbers.prefix(3)), let production = UnitSum(stored: numbers.suffix(3)) else {
      return nil
    }
    (self.candidate, self.production) = (candidate, production)
  }

  var stored: [Double] { candidate.stored + production.stored }

  mutating func add(_ arm: CanaryArm, _ reading: Reading) {
    switch arm {
    case .candidate: candidate.add(reading)
    case .production: production.add(reading)
    }
  }

  var known: Int { candidate.known + production.known }
  var lost: Int { candidate.lost + production.lost }

  /// Of both arms together; 0 without a request.
  var lostShare: Double { lost > 0 ? Double(lost) / Double(known + lost) : 0 }
}
