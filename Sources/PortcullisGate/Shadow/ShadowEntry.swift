import PortcullisCore

/// What is kept of one pair: 24 bytes, so that a million pairs stay small and neither order nor shards matter.
struct ShadowEntry: Sendable, Hashable {
  /// The independent unit, `ShadowPair.unit`.
  let unit: UInt64
  /// In billionths; below 0 where there is none.
  private let candidateScore: Int32
  private let productionScore: Int32
  private let noiseScore: Int32
  /// Eight flags, and above them the number of its values in the `SliceTable`.
  private let bits: UInt32

  /// Which of the arms gave an answer, and which of the answers differ.
  struct Flags: OptionSet, Sendable {
    let rawValue: UInt32
    static let candidate = Flags(rawValue: 1 << 0)
    static let production = Flags(rawValue: 1 << 1)
    static let noise = Flags(rawValue: 1 << 2)
    /// The candidate's answer and production's differ.
    static let candidateFromProduction = Flags(rawValue: 1 << 3)
    static let candidateFromNoise = Flags(rawValue: 1 << 4)
    static let noiseFromProduction = Flags(rawValue: 1 << 5)
    /// There is something to compare.
    static let isComparable = Flags(rawValue: 1 << 6)
    /// The answer called production's first one is the one of the noise arm.
    static let isSwapped = Flags(rawValue: 1 << 7)
  }

  init(_ pair: ShadowPair, flags: Flags, slices: UInt32) {
    unit = pair.unit
    candidateScore = pair.candidate.stored
    productionScore = pair.production.stored
    noiseScore = pair.noise.stored
    bits = flags.rawValue | slices << 8
  }

  /// The same pair with another number of its slice values.
  init(_ other: ShadowEntry, slices: UInt32) {
    unit = other.unit
    candidateScore = other.candidateScore
    productionScore = other.productionScore
    noiseScore = other.noiseScore
    bits = other.bits & 0xFF | slices << 8
  }

  var flags: Flags { Flags(rawValue: bits & 0xFF) }
  var slices: Int { Int(bits >> 8) }
  /// In billionths.
  var candidate: Int? { candidateScore < 0 ? nil : Int(candidateScore) }
  var production: Int? { productionScore < 0 ? nil : Int(productionScore) }
  var noise: Int? { noiseScore < 0 ? nil : Int(noiseScore) }

  /// Whether production's first answer and the candidate's differ, and production's two.
  var discordance: (candidate: Bool, production: Bool) {
    (flags.contains(flags.contains(.isSwapped) ? .candidateFromNoise : .candidateFromProduction), flags.contains(.noiseFromProduction))
  }
}

/// What a judge says of one pair, kept beside its entry where a judge is asked.
///
/// In sixty-thousandths, which hold every grade of two decimals, and the mean of two such, exactly.
struct ShadowGrades: Sendable, Hashable {
  static let unit = 60_000
  private let production: UInt16
  private let candidate: UInt16
  private let candidateAndNoise: UInt16

  init(_ agreement: ShadowAgreement) {
    func stored(_ grade: Double) -> UInt16 { UInt16((grade * Double(ShadowGrades.unit)).rounded()) }
    production = stored(agreement.production)
    candidate = stored(agreement.candidate)
    candidateAndNoise = stored(agreement.candidateAndNoise)
  }

  /// Twice, in units: how much alike production's two answers are, and the candidate's with them on average.
  var ownTwice: Int { 2 * Int(production) }
  var candidateTwice: Int { Int(candidate) + Int(candidateAndNoise) }
}

extension ShadowAnswer? {
  /// A score without an answer is none, and neither is one outside 0…1.
  fileprivate var stored: Int32 {
    guard let self, self.completion != nil, let score = self.score, score >= 0, score <= 1 else { return -1 }
    return Int32(billionths(score))
  }
}
