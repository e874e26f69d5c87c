package import PortcullisCore

/// One input of a method: its name, what it is, what it may be, and what it is where it is absent.
package struct Input: Sendable {
  package let name: String
  /// What it is, with its unit; the shape adds the range.
  package let meaning: String
  package let shape: Shape
  /// The value of an absent input; nil where it must be given, `.null` where absence has a meaning of its own.
  package let fallback: JSON?

  package init(_ name: String, _ meaning: String, _ shape: Shape, default fallback: JSON? = nil) {
    self.name = name
    self.meaning = meaning
    self.shape = shape
    self.fallback = fallback
  }
}

extension Input {
  /// A number of trials, pairs or requests.
  package static func count(_ name: String, _ meaning: String, from least: Int = 0) -> Input {
    Input(name, meaning, .whole(least...Shape.mostTrials))
  }

  package static func number(_ name: String, _ meaning: String, _ bounds: Bounds = .finite, default fallback: Double? = nil) -> Input {
    Input(name, meaning, .number(bounds), default: fallback.map(JSON.double))
  }

  package static func numbers(_ name: String, _ meaning: String, _ bounds: Bounds = .finite) -> Input {
    Input(name, meaning, .list(.number(bounds), count: 0...Shape.mostElements))
  }

  package static func word(_ name: String, _ meaning: String, _ words: [String], default fallback: String? = nil) -> Input {
    Input(name, meaning, .word(words), default: fallback.map(JSON.string))
  }

  /// Names of the clusters that the elements of a parallel list belong to; read with `Inputs.clusters`.
  package static let clusters = Input(
    "clusters", "the cluster of each element; null: each is its own", .list(.label, count: 0...Shape.mostElements), default: .null)

  /// One-sided error rate of each bound.
  package static let alpha = Input("alpha", "one-sided error rate", .number(.from(1e-12, to: 0.5)))
  /// Error rate of both ends of an interval together.
  package static let twoSidedAlpha = Input("alpha", "error rate of both ends together, half at each", .number(.from(1e-12, to: 1)))
  /// The largest loss accepted between scores in 0...1.
  package static let margin = Input("margin", "the largest loss accepted", .number(.above(0, to: 1)))
  package static let power = Input("power", "the chance of a pass if the arms are equal", .number(.inside(0.5, 1)))
  /// The largest |difference| of two scores; differences are sums of at most this much.
  package static let range = Input(
    "range", "the largest difference possible: 1 for scores in 0…1, 4 on a scale of 1 to 5", .number(.from(0.001, to: 1000)),
    default: .int(1))
}
