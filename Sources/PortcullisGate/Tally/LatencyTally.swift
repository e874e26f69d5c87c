import PortcullisCore

/// The latencies of one arm's calls, in whole microseconds.
package struct LatencySample: Sendable, Hashable {
  /// Of the first call of each case; calls that did not end in time are endless.
  package internal(set) var first: [UInt32] = []
  /// Of further repeats.
  package internal(set) var further: [UInt32] = []
  /// Planned calls of which no latency is known: failed otherwise, never made, recorded without, or reused.
  package internal(set) var missingFirst = 0
  package internal(set) var missingFurther = 0
  package internal(set) var reused = 0
  package internal(set) var isRecorded = false

  var known: Int { first.count + further.count }
  var planned: Int { known + missingFirst + missingFurther }

  mutating func add(_ trials: [TrialFacts], of arm: Arm, summary: ArmCase) {
    var (knownFirst, knownFurther) = (0, 0)
    if !summary.isBroken {
      for trial in trials where trial.arm == arm {
        guard let latency = evidence(trial) else { continue }
        if trial.repeatIndex == 0 {
          first.append(latency)
          knownFirst += 1
        } else {
          further.append(latency)
          knownFurther += 1
        }
      }
    }
    missingFirst += 1 - knownFirst
    missingFurther += summary.planned - 1 - knownFurther
    reused += summary.reused
    if summary.isRecorded { isRecorded = true }
  }

  private func evidence(_ trial: TrialFacts) -> UInt32? {
    if trial.isReused { return nil }
    switch trial.state {
    case .callFailed(.timeout): return endless
    case .passed, .failed, .unscored: return trial.latency.map(storedMicroseconds)
    case .callFailed: return nil
    }
  }

  mutating func merge(_ other: LatencySample) {
    first += other.first
    further += other.further
    missingFirst += other.missingFirst
    missingFurther += other.missingFurther
    reused += other.reused
    isRecorded = isRecorded || other.isRecorded
  }

  mutating func sort() {
    first.sort()
    further.sort()
  }
}
