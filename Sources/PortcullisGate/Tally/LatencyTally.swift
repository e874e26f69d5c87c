import PortcullisCore

/// One measure of one arm's calls, in whole microseconds.
package struct LatencySample: Sendable, Hashable {
  /// Of the first call of each case; calls that did not end in time are endless.
  package internal(set) var first: [UInt32] = []
  /// Of further repeats.
  package internal(set) var further: [UInt32] = []
  /// Planned calls of which it is not known: failed otherwise, never made, recorded without, or reused.
  package internal(set) var missingFirst = 0
  package internal(set) var missingFurther = 0
  package internal(set) var reused = 0
  /// Answers of fewer than two tokens, which have no time per token.
  package internal(set) var short = 0
  package internal(set) var isRecorded = false

  var known: Int { first.count + further.count }
  var planned: Int { known + missingFirst + missingFurther }

  mutating func add(_ trials: [TrialFacts], _ measure: TimeMeasure, of arm: Arm, summary: ArmCase) {
    var (knownFirst, knownFurther) = (0, 0)
    if !summary.isBroken {
      for trial in trials where trial.arm == arm {
        guard let time = evidence(trial, measure) else {
          if measure == .tpot, trial.isShort { short += 1 }
          continue
        }
        if trial.repeatIndex == 0 {
          first.append(time)
          knownFirst += 1
        } else {
          further.append(time)
          knownFurther += 1
        }
      }
    }
    missingFirst += 1 - knownFirst
    missingFurther += summary.planned - 1 - knownFurther
    reused += summary.reused
    if summary.isRecorded { isRecorded = true }
  }

  private func evidence(_ trial: TrialFacts, _ measure: TimeMeasure) -> UInt32? {
    if trial.isReused { return nil }
    switch trial.state {
    case .callFailed(.timeout): return endless
    case .passed, .failed, .unscored: return measure.time(of: trial)
    case .callFailed: return nil
    }
  }

  mutating func merge(_ other: LatencySample) {
    first += other.first
    further += other.further
    missingFirst += other.missingFirst
    missingFurther += other.missingFurther
    reused += other.reused
    short += other.short
    isRecorded = isRecorded || other.isRecorded
  }

  mutating func sort() {
    first.sort()
    further.sort()
  }
}

extension TrialFacts {
  /// Answered with fewer than two tokens.
  fileprivate var isShort: Bool {
    switch state {
    case .passed, .failed, .unscored: tokens.output.map { $0 < 2 } ?? false
    case .callFailed: false
    }
  }
}
