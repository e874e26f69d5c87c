package import PortcullisStatistics

extension Observation {
  /// The arm of a word in a stream; nil for any other word.
  package static func arm(named word: String) -> CanaryArm? {
    switch word {
    case "candidate": .candidate
    case "production": .production
    default: nil
    }
  }
}
