import PortcullisCore
import PortcullisGate

/// How the numbers of a ruling are to be read; told from the numbers, never from the rule.
enum Measure: Hashable {
  /// Candidate minus production, in shares; its limit is a margin, the least difference allowed.
  case difference
  case share
  /// Candidate over production.
  case ratio
  case seconds
  case money
  case count

  /// Where candidate and production are equal; nil where the number is no comparison.
  var equal: Double? {
    switch self {
    case .difference: 0
    case .ratio: 1
    case .share, .seconds, .money, .count: nil
    }
  }
}

extension Ruling {
  /// Whether there is an estimate with an interval: what can be drawn.
  var hasInterval: Bool { estimate.map(\.isFinite) == true && interval != nil }

  var measure: Measure {
    switch unit {
    // Decisions recorded before differences had a unit of their own are told by their sign.
    case .share: [estimate, interval?.lower, limit].contains { ($0 ?? 0) < 0 } ? .difference : .share
    case .difference: .difference
    case .ratio: .ratio
    case .seconds: .seconds
    case .money: .money
    case .count: .count
    }
  }
}

/// The numbers of rulings as people read them: `−3.1 pp [−5.2, −1.0]`, `93.4 % [88.1, 97.0]`, `×0.37 [0.35, 0.40]`.
struct Figures {
  var currency: String?
  /// Whether typographic signs (−, ×, ∞) may be used.
  var isPlain = false

  /// Estimate (`−3.1 pp`) and interval (`[−5.2, −1.0]`, empty where there is none); nil without an estimate.
  func estimate(of ruling: Ruling) -> (head: String, interval: String)? {
    guard let estimate = ruling.estimate, estimate.isFinite else { return nil }
    let measure = ruling.measure
    guard let interval = ruling.interval else { return (whole(estimate, measure), "") }
    let lower = interval.lower.map { bare($0, measure) } ?? (isPlain ? "-inf" : "−∞")
    let upper = interval.upper.map { bare($0, measure) } ?? (isPlain ? "inf" : "∞")
    return (whole(estimate, measure), "[\(lower), \(upper)]")
  }

  /// Both in one text.
  func line(of ruling: Ruling) -> String? { estimate(of: ruling).map { $0.interval.isEmpty ? $0.head : "\($0.head) \($0.interval)" } }

  /// `margin 10.0 pp`, `limit 2.000 s`; nil without a limit.
  func limit(of ruling: Ruling) -> String? {
    guard let limit = ruling.limit, limit.isFinite else { return nil }
    let measure = ruling.measure
    guard measure == .difference else { return "limit \(whole(limit, measure))" }
    return limit == 0 ? "limit 0 pp" : "margin \(fixed(abs(limit) * 100, 1)) pp"
  }

  private func whole(_ value: Double, _ measure: Measure) -> String {
    switch measure {
    case .difference: bare(value, measure) + " pp"
    case .share: bare(value, measure) + " %"
    case .ratio: (isPlain ? "x" : "×") + bare(value, measure)
    case .seconds: bare(value, measure) + " s"
    case .money: bare(value, measure) + (currency.map { " " + $0 } ?? "")
    case .count: bare(value, measure)
    }
  }

  private func bare(_ value: Double, _ measure: Measure) -> String {
    switch measure {
    case .difference: signed(value * 100, 1)
    case .share: fixed(value * 100, 1)
    case .ratio: signed(value, 2, plus: "")
    case .seconds: fixed(value, 3)
    case .money: fixed(value / 1_000_000, abs(value) < 1_000_000 ? 6 : 2)
    case .count: value == value.rounded() ? fixed(value, 0) : signed(value, 1, plus: "")
    }
  }

  private func signed(_ value: Double, _ decimals: Int, plus: String = "+") -> String {
    let digits = fixed(abs(value), decimals)
    let isZero = digits.utf8.allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") }
    return (isZero ? "" : value < 0 ? (isPlain ? "-" : "−") : plus) + digits
  }
}
