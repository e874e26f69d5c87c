package import PortcullisCore

/// Pairs in which an arm's answer is production's own, call and all: what a broken exporter writes.
package struct CopiedAnswers: Sendable, Hashable {
  private struct Counts: Sendable, Hashable {
    var pairs = 0
    var copies = 0
    /// Two arms named the same response of the provider.
    var isProven = false

    mutating func add(_ other: Completion?, production: Completion) {
      guard let other else { return }
      pairs += 1
      if let id = other.responseID, let theirs = production.responseID, sameBytes(id, theirs) { isProven = true }
      if other.latency != nil, other == production { copies += 1 }
    }

    mutating func merge(_ other: Counts) {
      pairs += other.pairs
      copies += other.copies
      isProven = isProven || other.isProven
    }

    /// The same text, tokens and microseconds in every one of several pairs is no chance.
    var isCopy: Bool { isProven || pairs >= 5 && copies == pairs }
  }

  private var candidate = Counts()
  private var noise = Counts()

  init() {}

  mutating func add(_ pair: ShadowPair) {
    guard let production = pair.production?.completion else { return }
    candidate.add(pair.candidate?.completion, production: production)
    noise.add(pair.noise?.completion, production: production)
  }

  mutating func merge(_ other: CopiedAnswers) {
    candidate.merge(other.candidate)
    noise.merge(other.noise)
  }

  /// The arm whose answers are production's own; nil where none is.
  package var arm: Arm? { candidate.isCopy ? .candidate : noise.isCopy ? .noise : nil }
}
