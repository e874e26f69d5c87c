import PortcullisCore

/// What one input may be. An input is held against its shape before its method runs.
package indirect enum Shape: Sendable {
  /// A real number; `inf` and `-inf` are written as text and belong only where the bounds include them.
  case number(Bounds)
  /// A whole number, also where it is written `1.0`.
  case whole(ClosedRange<Int>)
  /// One of a few words.
  case word([String])
  /// A name: text or a whole number.
  case label
  /// A list of `count` elements of one shape.
  case list(Shape, count: ClosedRange<Int>)
  /// A list of one element for each shape.
  case row([Shape])
  /// An object with these members, each with its own shape.
  case record([Input])
  /// The shape, or null.
  case orNull(Shape)

  /// As many elements as any list may have: beyond it exact sums could leave the range of the integers.
  package static let mostElements = 1_000_000
  /// The largest count of trials, pairs or requests.
  package static let mostTrials = 1_000_000_000

  /// What is allowed, as it follows "it must be".
  package var text: String {
    switch self {
    case .number(let bounds): bounds.text
    case .whole(let range):
      range.upperBound == Int.max
        ? "a whole number, \(range.lowerBound) or more" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .word(let words): "one of " + words.map { "\"\($0)\"" }.joined(separator: ", ")
    case .label: "text or a whole number"
    case .list(let element, let count):
      "a list" + (count.lowerBound > 0 ? " of at least \(count.lowerBound)" : "") + "; each element: \(element.text)"
    case .row(let shapes): "a list of \(shapes.count): " + shapes.map(\.text).joined(separator: "; ")
    case .record(let members): "an object with " + members.map { "'\($0.name)'" }.joined(separator: ", ")
    case .orNull(let shape): shape.text + ", or null"
    }
  }
}

/// The ends between which a number must lie.
package struct Bounds: Sendable {
  package let lower: Double
  package let upper: Double
  let includesLower: Bool
  let includesUpper: Bool

  /// Any number but infinities.
  package static let finite = Bounds.from(-.greatestFiniteMagnitude, to: .greatestFiniteMagnitude)
  /// Any number, infinities among them.
  package static let extended = Bounds.from(-.infinity, to: .infinity)

  package static func from(_ lower: Double, to upper: Double = .greatestFiniteMagnitude) -> Bounds {
    Bounds(lower: lower, upper: upper, includesLower: true, includesUpper: true)
  }

  package static func above(_ lower: Double, to upper: Double = .greatestFiniteMagnitude) -> Bounds {
    Bounds(lower: lower, upper: upper, includesLower: false, includesUpper: true)
  }

  package static func from(_ lower: Double, below upper: Double) -> Bounds {
    Bounds(lower: lower, upper: upper, includesLower: true, includesUpper: false)
  }

  package static func inside(_ lower: Double, _ upper: Double) -> Bounds {
    Bounds(lower: lower, upper: upper, includesLower: false, includesUpper: false)
  }

  /// False for NaN.
  package func contains(_ value: Double) -> Bool {
    (includesLower ? value >= lower : value > lower) && (includesUpper ? value <= upper : value < upper)
  }

  var text: String {
    let low = canonicalText(lower), high = canonicalText(upper)
    switch (lower > -.greatestFiniteMagnitude, upper < .greatestFiniteMagnitude) {
    case (false, false): return upper == .infinity ? "a number, \"inf\" or \"-inf\"" : "a finite number"
    case (true, false):
      return "a number" + (includesLower ? ", \(low) or more" : " above \(low)") + (upper == .infinity ? ", or \"inf\"" : "")
    case (false, true): return "a number " + (includesUpper ? "of at most \(high)" : "below \(high)")
    case (true, true):
      if includesLower && includesUpper { return "a number from \(low) to \(high)" }
      return "a number " + (includesLower ? "from \(low)" : "above \(low)") + (includesUpper ? " to at most \(high)" : " and below \(high)")
    }
  }

  private func canonicalText(_ value: Double) -> String { value.isFinite ? canonicalNumber(value) : "\(value)" }
}
