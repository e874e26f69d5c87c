package import PortcullisCore
import PortcullisStatistics

/// The alerts of a canary: looked at every five minutes of the stream's own time, each raised once until it is over.
///
/// | alert | what is looked at | least | raised above | resolved |
/// |---|---|---|---|---|
/// | `error-rate` | failed calls of the candidate, this hour and the one before | 50 calls | `max` | at half of it |
/// | `latency` | answered calls of the candidate over the limit, this hour and the one before | 100 calls | 1 % (so that the P99 is above the limit) | at half of it |
/// | `no-data` | hours since the last request, of each arm | – | `hours` | with the next request |
/// | `cost` | mean cost of a candidate's request over the 168 hours before this one, beside the 168 before them; where these are too few, beside production's of the same hours | 200 each | `increase` | at half of it |
/// | `quality` | mean score of the candidate over the 24 hours before this one, below production's of the same hours | 200 each | `drop`, and three standard errors | at half of it |
/// | `cache-hits` | hit rate of the candidate over the 24 hours before this one, below the 24 before them; where these are too few, below production's | 200 each | `drop`, and three standard errors | at half of it |
///
/// Between the two limits it stays as it is, so that it does not flap. With fewer than the least number nothing is raised or resolved.
/// An alert decides nothing.
struct AlertDesk: Sendable, Hashable {
  let alerts: [CanaryAlert]
  private(set) var hours = HourTable()
  /// Open alerts, in the order in which they were raised.
  private(set) var open: [AlertNotice] = []
  /// The last five minutes looked at, counted from the start.
  private var looked = 0

  static let perHour = 12.0

  init(_ alerts: [CanaryAlert]) { self.alerts = alerts }

  mutating func add(_ observation: Observation, at time: Double, slowLimit: Int?) {
    hours.add(observation, at: time, slowLimit: slowLimit)
  }

  /// Whether five minutes have ended that are not looked at yet.
  func isDue(at time: Double) -> Bool { Int(time * Self.perHour) > looked }

  /// Looks at each five minutes up to `time`, with what has been added so far.
  ///
  /// - Parameters:
  ///   - lastSeen: Hours of the last request of each arm; 0 for one without any.
  ///   - report: Takes each raise and resolution in order, with its hours.
  mutating func pass(
    to time: Double, lastSeen: (candidate: Double, production: Double), slowLimit: Int?,
    _ report: (Double, CanaryEvent.Kind) -> Void
  ) {
    let due = Int((time * Self.perHour).rounded(.down))
    while looked < due {
      looked += 1
      let now = Double(looked) / Self.perHour
      for (index, alert) in alerts.enumerated() { look(alert, index, now, lastSeen, slowLimit, report) }
    }
  }

  /// Resolves what is open because the canary has ended.
  mutating func close(at time: Double, _ report: (Double, CanaryEvent.Kind) -> Void) {
    for notice in open {
      report(
        time, .alertResolved(AlertNotice(key: notice.key, tier: notice.tier, sentence: "the canary has ended", segment: notice.segment)))
    }
    open = []
  }

  private mutating func look(
    _ alert: CanaryAlert, _ index: Int, _ now: Double, _ lastSeen: (candidate: Double, production: Double), _ slowLimit: Int?,
    _ report: (Double, CanaryEvent.Kind) -> Void
  ) {
    // The five minutes that end at a full hour belong to the hour before it.
    let hour = Int((Double(looked - 1) / Self.perHour).rounded(.down))
    let key = alert.condition.name
    switch alert.condition {
    case .errorRate(let max):
      let sum = hours.sum(.candidate, hour - 1..<hour + 1)
      guard sum.requests >= 50 else { return }
      let rate = Double(sum.failures) / Double(sum.requests)
      settle(
        key, alert, rate > max, over: rate <= max / 2,
        "\(percent(rate)) of \(sum.requests) calls to the candidate failed in the last two hours (limit \(percent(max)))", now, report)
    case .latency(let own):
      guard let limit = own?.microseconds ?? slowLimit else { return }
      let sum = hours.sum(.candidate, hour - 1..<hour + 1)
      guard sum.timed >= 100 else { return }
      let share = Double(sum.slow) / Double(sum.timed)
      settle(
        key, alert, share > 0.01, over: share <= 0.005,
        "\(percent(share)) of the candidate's answers in the last two hours took longer than \(Duration.microseconds(Int64(limit)).short): "
          + "the P99 is \(share > 0.01 ? "above" : "within") the limit", now, report)
    case .noData(let limit):
      for (arm, seen) in [(CanaryArm.candidate, lastSeen.candidate), (.production, lastSeen.production)] {
        let silence = now - seen
        settle(
          "\(key):\(arm.word)", alert, silence > limit, over: silence <= limit,
          silence > limit ? "no request of \(arm.word) for \(fixed(silence, 1)) h" : "\(arm.word) has requests again", now, report)
      }
    case .cost(let increase):
      let week = hours.sum(.candidate, hour - 168..<hour)
      let before = hours.sum(.candidate, hour - 336..<hour - 168)
      let hasWeekBefore = before.priced >= 200
      let other = hasWeekBefore ? before : hours.sum(.production, hour - 168..<hour)
      guard min(week.priced, other.priced) >= 200, let cost = week.meanCost, let base = other.meanCost, base > 0 else { return }
      settle(
        key, alert, cost / base > 1 + increase, over: cost / base <= 1 + increase / 2,
        "a request of the candidate costs \(signedPercent(cost / base - 1)) against "
          + (hasWeekBefore ? "the week before" : "production in the same hours") + " (limit +\(percent(increase)))", now, report)
    case .quality(let drop):
      let (mine, other) = (hours.sum(.candidate, hour - 24..<hour), hours.sum(.production, hour - 24..<hour))
      guard min(mine.scored, other.scored) >= 200, let score = mine.meanScore, let base = other.meanScore else { return }
      settle(
        key, alert, base - score > max(drop, scatter((score, mine.scored), (base, other.scored))), over: base - score <= drop / 2,
        "the candidate's mean score of the last 24 h is \(fixed(score, 3)) beside production's \(fixed(base, 3)) (limit \(points(drop)) below)",
        now, report)
    case .cacheHits(let drop):
      let mine = hours.sum(.candidate, hour - 24..<hour)
      let before = hours.sum(.candidate, hour - 48..<hour - 24)
      let hasDayBefore = before.cacheKnown >= 200
      let other = hasDayBefore ? before : hours.sum(.production, hour - 24..<hour)
      guard min(mine.cacheKnown, other.cacheKnown) >= 200, let rate = mine.hitRate, let base = other.hitRate else { return }
      settle(
        key, alert, base - rate > max(drop, scatter((rate, mine.cacheKnown), (base, other.cacheKnown))), over: base - rate <= drop / 2,
        "\(percent(rate)) of the candidate's requests hit the cache in the last 24 h, \(percent(base)) "
          + (hasDayBefore ? "the day before" : "of production's") + " (limit \(points(drop)) below)", now, report)
    }
  }

  /// Raises what is new and resolves what is over; the same alert in two tiers has two keys.
  private mutating func settle(
    _ name: String, _ alert: CanaryAlert, _ isOn: Bool, over isOver: Bool, _ sentence: @autoclosure () -> String, _ now: Double,
    _ report: (Double, CanaryEvent.Kind) -> Void
  ) {
    let key = "\(alert.tier.rawValue):\(name)"
    let place = open.firstIndex { $0.key == key }
    guard place == nil ? isOn : isOver else { return }
    let notice = AlertNotice(key: key, tier: alert.tier, sentence: sentence())
    if let place {
      open.remove(at: place)
      report(now, .alertResolved(notice))
    } else {
      open.append(notice)
      report(now, .alertRaised(notice))
    }
  }
}

/// Three standard errors of the difference of two means of values in 0…1, taken at the most that such values can scatter.
private func scatter(_ one: (mean: Double, count: Int), _ other: (mean: Double, count: Int)) -> Double {
  func variance(_ of: (mean: Double, count: Int)) -> Double { max(0, of.mean * (1 - of.mean)) / Double(of.count) }
  return 3 * (variance(one) + variance(other)).squareRoot()
}

extension CanaryArm {
  /// The word of reports.
  package var word: String {
    switch self {
    case .candidate: "candidate"
    case .production: "production"
    }
  }
}

/// `+20 %`, `-3.1 %`.
func signedPercent(_ change: Double) -> String { (change > 0 ? "+" : "") + percent(change) }

extension AlertNotice {
  package var json: JSON {
    .object(present: [
      ("key", .string(key)), ("tier", .string(tier.rawValue)), ("sentence", .string(sentence)), ("segment", segment.map(JSON.string)),
    ])
  }

  /// nil where the value is none that `json` wrote.
  package init?(_ json: JSON) {
    guard let key = json["key"]?.string, let tier = json["tier"]?.string.flatMap(CanaryAlert.Tier.init(rawValue:)),
      let sentence = json["sentence"]?.string
    else { return nil }
    self.init(key: key, tier: tier, sentence: sentence, segment: json["segment"]?.string)
  }
}

extension AlertDesk {
  var json: JSON { .object([("looked", .int(looked)), ("hours", hours.json), ("open", .array(open.map(\.json)))]) }

  /// Takes up what `json` wrote; false where it is none.
  mutating func restore(_ json: JSON) -> Bool {
    guard let looked = json["looked"]?.int, looked >= 0, let hours = json["hours"].flatMap({ HourTable($0) }),
      let open = json["open"]?.array?.map({ AlertNotice($0) }), !open.contains(nil)
    else { return false }
    (self.looked, self.hours, self.open) = (looked, hours, open.compactMap { $0 })
    return true
  }
}
