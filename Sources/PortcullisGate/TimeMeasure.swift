import PortcullisCore

/// What is timed of a call.
package enum TimeMeasure: Sendable, Hashable, CaseIterable {
  /// From sending to the last byte.
  case latency
  /// From sending to the first token of a stream.
  case ttft
  /// What each output token after the first took: (latency − TTFT)/(output tokens − 1).
  case tpot

  /// Of an answered trial, in whole microseconds; nil where a part of it is unknown.
  ///
  /// An answer of one token has no time per token: it is missing, which counts as over every limit, so that short answers cannot
  /// stand in for quick ones.
  func time(of trial: TrialFacts) -> UInt32? {
    switch self {
    case .latency: return trial.latency.map(storedMicroseconds)
    case .ttft: return trial.ttft.map(storedMicroseconds)
    case .tpot:
      guard let latency = trial.latency?.microseconds, let first = trial.ttft?.microseconds, let tokens = trial.tokens.output, tokens > 1,
        first >= 0, latency >= first
      else { return nil }
      // Rounded up, so that no call is brought below a limit by it.
      let gaps = tokens - 1
      return storedMicroseconds(.microseconds((latency - first) / gaps + ((latency - first) % gaps > 0 ? 1 : 0)))
    }
  }
}

/// One measure of the calls of a scope, in each arm.
package struct TimeEvidence: Sendable, Hashable {
  package let measure: TimeMeasure
  package private(set) var candidate = LatencySample()
  package private(set) var production = LatencySample()

  init(_ measure: TimeMeasure) {
    self.measure = measure
  }

  mutating func add(_ sorted: SortedTrials) {
    candidate.add(sorted.plan, measure, of: .candidate, summary: sorted.candidate)
    production.add(sorted.plan, measure, of: .production, summary: sorted.production)
  }

  mutating func merge(_ other: TimeEvidence) {
    candidate.merge(other.candidate)
    production.merge(other.production)
  }

  /// In ascending order.
  func finished() -> TimeEvidence {
    var whole = self
    whole.candidate.sort()
    whole.production.sort()
    return whole
  }
}
