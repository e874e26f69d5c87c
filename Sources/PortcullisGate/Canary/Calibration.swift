import PortcullisStatistics

/// A number that must be known before a rule can count: fixed from production's first requests, which the rule then does not count.
struct Calibration: Sendable, Hashable {
  /// Requests of production that fix it. The share of production above a P95 so found lies within 3.1 and 8.3 % nine times in ten.
  static let needed = 200

  enum Kind: Sendable, Hashable {
    /// Production's quantile of latency × (1 + increase), in microseconds.
    case quantile(Double, increase: Double)
    /// The cost up to which costs are told apart: five times production's mean, in micro-units; 0 where it is all free.
    case cap
  }

  let kind: Kind
  private(set) var values: [Int] = []
  private(set) var frozen: Int?

  init(_ kind: Kind) { self.kind = kind }

  mutating func add(_ value: Int?, of arm: CanaryArm) {
    guard frozen == nil, arm == .production, let value else { return }
    values.append(value)
    guard values.count == Self.needed else { return }
    frozen = limit
    values = []
  }

  private var limit: Int {
    switch kind {
    case .quantile(let quantile, let increase):
      let rank = max(1, Int((quantile * Double(values.count)).rounded(.up)))
      return Int(min(1e15, (Double(values.sorted()[rank - 1]) * (1 + increase)).rounded(.up)))
    case .cap:
      let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
      return Int(min(1e15, (5 * mean).rounded(.up)))
    }
  }

  /// The limit or −1, then what was gathered so far.
  var stored: [Double] { [Double(frozen ?? -1)] + values.map(Double.init) }

  mutating func restore(_ numbers: [Double]) -> Bool {
    let whole = numbers.map { Int(exactly: $0) }
    guard let first = whole.first, let first, !whole.contains(nil), numbers.count <= Self.needed, first < 0 || numbers.count == 1 else {
      return false
    }
    frozen = first < 0 ? nil : first
    values = whole.dropFirst().compactMap { $0 }
    return values.allSatisfy { $0 >= 0 }
  }
}
