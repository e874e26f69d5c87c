import PortcullisCore

/// Turns the `at` of a stream into hours since the canary's start. A stream writes either hours or times, never both.
package struct TrafficClock: Sendable, Hashable {
  /// Microseconds since 1970 at hour 0; nil until a time of the stream says it.
  package private(set) var start: Int?
  private var writesTimes: Bool?

  /// - Parameter start: Of the canary; nil where the stream's first time is the start.
  package init(start: Int?) { self.start = start }

  /// Longer than any canary, short enough that a count of seconds is not taken for hours.
  static let mostHours = 1_000_000.0

  mutating func hours(_ node: Node) throws(Objection) -> Double {
    guard let scalar = node.scalar, !node.isNull else {
      throw Objection("'at' is \(node.shown); it must be a time or hours since the start")
    }
    switch scalar.resolved {
    case .number(let number):
      try settle(writesTimes: false, scalar.text)
      return try checked(number.double, scalar.text)
    case .text:
      guard let moment = moment(scalar.text) else {
        throw Objection(
          "'at' is \(scalar.shown), which is no time", help: "write it as '2026-09-16T13:40:00Z', or as hours since the start, as in 2.5")
      }
      try settle(writesTimes: true, scalar.text)
      if start == nil { start = moment }
      return Double(moment - (start ?? moment)) / 3_600_000_000
    case .null, .bool: throw Objection("'at' is \(scalar.text); it must be a time or hours since the start")
    }
  }

  private func checked(_ hours: Double, _ text: String) throws(Objection) -> Double {
    if hours >= 0, hours <= Self.mostHours { return hours }
    throw Objection(
      "'at' is \(text); hours since the start lie from 0 to 1000000",
      help: hours > 0 ? "is it a count of seconds? Write it as a time, as in '2026-09-16T13:40:00Z'" : nil)
  }

  private mutating func settle(writesTimes: Bool, _ text: String) throws(Objection) {
    guard let settled = self.writesTimes else {
      self.writesTimes = writesTimes
      return
    }
    guard settled != writesTimes else { return }
    throw Objection(
      writesTimes ? "'at' is the time '\(text)', but lines before it give hours" : "'at' is \(text) hours, but lines before it give times",
      help: "write all of a stream one way: which hour a time is depends on the start")
  }
}
