import PortcullisCore
import PortcullisStatistics

/// Whether the stream itself can be trusted: the split, the sessions, the scores that get lost, a dead exporter.
struct CanaryRig: Sendable, Hashable {
  /// Why nothing that is measured can be trusted, found once and for good.
  enum Trouble: String, Sendable, Hashable, CaseIterable {
    /// The sample ratio: more or fewer units in the candidate than the share says.
    case split
    /// Requests of one session go to one arm, and the policy takes them one by one.
    case sticky
    /// Requests of one session go to both arms, and the policy takes sessions.
    case mixed
    /// Scores of answered calls get lost in one arm more often than in the other.
    case lossesOneSided = "losses-one-sided"
  }

  private(set) var split: SampleRatio
  private(set) var losses: SampleRatio
  /// Evidence that a session's requests keep to one arm, and what each repeat adds to it.
  private var stickiness = 0.0
  private var recent = [UInt64](repeating: 0, count: Self.slots)
  private(set) var troubles: [Trouble] = []
  private(set) var scores = Span()
  private(set) var latencies = Span()

  private static let slots = 256
  private static let lossConcentration = 2.0

  /// The range of what both arms said, and how often each arm spoke.
  struct Span: Sendable, Hashable {
    private(set) var least = Double.infinity
    private(set) var greatest = -Double.infinity
    private(set) var candidate = 0
    private(set) var production = 0

    mutating func add(_ value: Double, _ arm: CanaryArm) {
      least = min(least, value)
      greatest = max(greatest, value)
      switch arm {
      case .candidate: candidate += 1
      case .production: production += 1
      }
    }

    /// Whether at least five values of each arm are all one same number.
    var isConstant: Bool { min(candidate, production) >= 5 && least == greatest }
    var all: Int { candidate + production }

    var stored: [Double] { all == 0 ? [] : [least, greatest, Double(candidate), Double(production)] }

    init() {}

    init?(stored: [Double]) {
      guard !stored.isEmpty else { return }
      guard stored.count == 4, let candidate = Int(exactly: stored[2]), let production = Int(exactly: stored[3]), candidate >= 0,
        production >= 0, stored[0] <= stored[1]
      else { return nil }
      (least, greatest, self.candidate, self.production) = (stored[0], stored[1], candidate, production)
    }
  }

  init(share: Double) {
    split = SampleRatio(share: share)
    // Losses are few, so that this one expects no true share more than another.
    losses = SampleRatio(share: share, concentration: Self.lossConcentration)
  }

  func has(_ trouble: Trouble) -> Bool { troubles.contains(trouble) }

  /// Whether nothing may be decided by any rule.
  var isUnfit: Bool { has(.split) || has(.sticky) || has(.mixed) }

  /// Whether losses lean to one arm so far that a difference of scores may be theirs; not for good, as `lossesOneSided` is.
  var suspectsLosses: Bool { has(.lossesOneSided) || losses.logE >= logEvidenceNeeded(alpha: 0.05) }

  /// A dead exporter: every score of both arms one same number other than 1, or every latency.
  var hasConstantScores: Bool { scores.isConstant && scores.least != 1 }
  var hasConstantLatencies: Bool { latencies.isConstant && latencies.all >= 20 }

  mutating func countUnit(_ arm: CanaryArm) {
    split.add(arm)
    if split.isMismatch { found(.split) }
  }

  mutating func countLoss(_ arm: CanaryArm) {
    losses.add(arm)
    if losses.isMismatch { found(.lossesOneSided) }
  }

  mutating func span(_ observation: Observation) {
    if let score = observation.score { scores.add(score, observation.arm) }
    if let latency = observation.latency { latencies.add(Double(latency.microseconds), observation.arm) }
  }

  /// Bets, where the request before of the same session went to the smaller arm, that this one does too.
  ///
  /// Under independent draws the product of the wins is a martingale, so that a sound split is called sticky once in 1000 canaries
  /// at most. Sessions are looked up among the latest few hundred; what is overwritten is no evidence either way.
  mutating func follow(_ cluster: String, _ arm: CanaryArm) {
    let hash = ClusterLabel(cluster: cluster).bits | 1
    let slot = Int(hash >> 1) % Self.slots
    let known = hash & ~1 | (arm == .candidate ? 1 : 0)
    let before = recent[slot]
    recent[slot] = known
    guard before & ~1 == hash & ~1, !has(.sticky) else { return }
    let smaller: CanaryArm = split.share <= 0.5 ? .candidate : .production
    guard (before & 1 == 1) == (smaller == .candidate) else { return }
    let chance = min(split.share, 1 - split.share)
    stickiness +=
      arm == smaller
      ? logEvidenceNeeded(alpha: chance) - logEvidenceNeeded(alpha: 0.95)
      : logEvidenceNeeded(alpha: 1 - chance) - logEvidenceNeeded(alpha: 0.05)
    if stickiness >= SampleRatio.alarm { found(.sticky) }
  }

  /// Sessions whose requests change arms, among those whose requests do not.
  mutating func mixes(strayed: Int, joined: Int) {
    if strayed >= 20, strayed * 20 > joined { found(.mixed) }
  }

  mutating func changeShare(to share: Double) {
    split.changeShare(to: share)
    losses.changeShare(to: share)
  }

  private mutating func found(_ trouble: Trouble) {
    if !has(trouble) { troubles.append(trouble) }
  }
}

extension CanaryRig {
  var json: JSON {
    func ratio(_ ratio: SampleRatio) -> JSON {
      numbers([ratio.share, Double(ratio.candidate), Double(ratio.production), ratio.logEBefore])
    }
    return .object([
      ("split", ratio(split)), ("losses", ratio(losses)), ("stickiness", .double(stickiness)),
      ("recent", .string(recent.allSatisfy { $0 == 0 } ? "" : hexText(recent))),
      ("troubles", .array(troubles.map { .string($0.rawValue) })), ("scores", numbers(scores.stored)),
      ("latencies", numbers(latencies.stored)),
    ])
  }

  /// nil where the value is none that `json` wrote at this share.
  init?(_ json: JSON, share: Double) {
    func ratio(_ name: String, _ concentration: Double) -> SampleRatio? {
      guard let stored = doubles(json[name]), stored.count == 4, stored[0] == share, let candidate = Int(exactly: stored[1]),
        let production = Int(exactly: stored[2]), candidate >= 0, production >= 0
      else { return nil }
      return SampleRatio(
        share: share, concentration: concentration, candidate: candidate, production: production, logEBefore: stored[3])
    }
    guard let split = ratio("split", 100), let losses = ratio("losses", Self.lossConcentration),
      let stickiness = json["stickiness"]?.double, stickiness.isFinite,
      let text = json["recent"]?.string, let recent = words(hex: text), recent.isEmpty || recent.count == Self.slots,
      let troubles = json["troubles"]?.array?.map({ $0.string.flatMap(Trouble.init(rawValue:)) }), !troubles.contains(nil),
      let scores = doubles(json["scores"]).flatMap({ Span(stored: $0) }),
      let latencies = doubles(json["latencies"]).flatMap({ Span(stored: $0) })
    else { return nil }
    self.init(share: share)
    (self.split, self.losses, self.stickiness, self.scores, self.latencies) = (split, losses, stickiness, scores, latencies)
    if !recent.isEmpty { self.recent = recent }
    self.troubles = troubles.compactMap { $0 }
  }
}
