import PortcullisCore
import PortcullisStatistics

// How a rule of a canary says what it saw.

extension RuleWatch {
  static let windows = "windows of the assignment order, betting e-process, statistics §9"
  /// Windows after which a drawn interval is sharpest.
  static let sharpest = 1000.0

  var method: String {
    switch rule {
    case .noRegression, .cacheHit, .costPerRequest: Self.windows
    case .errorRate, .tail: "the candidate's share against the limit, betting e-process, statistics §9"
    case .latency(let rule):
      switch rule.limit {
      case .absolute: "the candidate's share of slow answers, betting e-process, statistics §9"
      case .increase: "the candidate's share of slow answers, and windows against production, betting e-processes, statistics §9"
      }
    }
  }

  /// What the rule reads, as observations call it.
  var field: String {
    switch rule {
    case .noRegression, .tail: "score"
    case .errorRate: "status"
    case .latency: "latency_ms"
    case .costPerRequest: "cost_micro_usd"
    case .cacheHit: "cache_hit"
    }
  }

  /// Requests weighed and lost: of both arms where they are compared.
  var weighed: (known: Int, lost: Int) {
    compared == nil || limited != nil
      ? (counts.candidate.known, counts.candidate.lost) : (counts.known, counts.lost)
  }

  /// The field that no request of an arm carries, although there were some; nil where it is there.
  var absentField: (name: String, of: String)? {
    let candidate = counts.candidate
    if candidate.known == 0, candidate.lost > 0 {
      return (field, compared != nil && counts.production.known == 0 && counts.production.lost > 0 ? "of either arm" : "of the candidate")
    }
    guard compared != nil, limited == nil, counts.production.known == 0, counts.production.lost > 0 else { return nil }
    return (field, "of production")
  }

  /// What it waits for before it can count.
  var waiting: String? {
    guard let calibration else { return nil }
    guard let frozen = calibration.frozen else {
      let kind = if case .latency = rule { "what is slow" } else { "the cap of costs" }
      return "\(calibration.values.count) of the \(Calibration.needed) production requests that fix \(kind) carry '\(field)'"
    }
    if frozen == 0, case .costPerRequest = rule { return "production's requests cost nothing, so that no ratio can be said" }
    return nil
  }

  /// Estimate, drawn interval and limit in the ruling's unit.
  func figures(alpha: Double) -> (estimate: Double?, interval: Interval?, limit: Double, unit: Ruling.Unit) {
    switch rule {
    case .noRegression(let rule):
      return (compared?.seen.mean, compared?.seen.drawnInterval(alpha: alpha, sharpestAt: Self.sharpest), -rule.margin, .difference)
    case .cacheHit(let rule):
      return (compared?.seen.mean, compared?.seen.drawnInterval(alpha: alpha, sharpestAt: Self.sharpest), -rule.margin, .difference)
    case .errorRate(let rule): return (limited?.mean, limited?.drawnInterval(alpha: alpha), rule.max, .share)
    case .tail(let rule): return (limited?.mean, limited?.drawnInterval(alpha: alpha), rule.maxShare, .share)
    case .latency(let rule): return (limited?.mean, limited?.drawnInterval(alpha: alpha), 1 - rule.quantile, .share)
    case .costPerRequest(let rule): return (costRatio, costInterval(alpha), 1 + rule.increase, .ratio)
    }
  }

  /// The candidate's mean capped cost over production's.
  private var costRatio: Double? {
    guard case .costPerRequest(let rule) = rule, let candidate = counts.candidate.observed, let production = counts.production.observed,
      production < 1
    else { return nil }
    return (1 - candidate) * (1 + rule.increase) / (1 - production)
  }

  private func costInterval(_ alpha: Double) -> Interval? {
    guard case .costPerRequest(let rule) = rule, let production = counts.production.observed, production < 1,
      let drawn = compared?.seen.drawnInterval(alpha: alpha, sharpestAt: Self.sharpest)
    else { return nil }
    func ratio(_ difference: Double) -> Double { max(0, (1 + rule.increase) * (1 - difference / (1 - production))) }
    return Interval(lower: ratio(drawn.upper), upper: ratio(drawn.lower))
  }

  private var bad: Int { counts.candidate.known - Int(counts.candidate.sum.rounded()) }

  /// The figures in words.
  var said: String {
    let answers = counts.candidate.known
    switch rule {
    case .noRegression: return compared?.comparison(of: "score", requests: counts.known) ?? "no window is closed yet"
    case .cacheHit: return compared?.comparison(of: "rate of cache hits", requests: counts.known) ?? "no window is closed yet"
    case .errorRate: return "\(bad) of \(counted(answers, "call")) to the candidate failed"
    case .tail(let rule): return "\(bad) of \(counted(answers, "answer")) of the candidate score below \(fixed(rule.floor, 2))"
    case .latency:
      return "\(bad) of \(counted(answers, "answer")) of the candidate took longer than \(time(Double(slowLimit ?? 0) / 1_000_000))"
    case .costPerRequest:
      let over = capped.candidate.known + capped.production.known
      return "a request of the candidate costs \(costRatio.map { fixed($0, 2) } ?? "an unknown number of") times production's over "
        + "\(counts.known) requests" + (over > 0 ? " (\(over) capped: \(capped.candidate.known) of the candidate)" : "")
    }
  }

  /// The verdict in words, after the figures.
  func conclusion(_ verdict: Verdict, rollbackMargin: Double) -> String {
    func limit(_ share: Double) -> String {
      switch verdict {
      case .pass: ", and \(percent(share)) or more are excluded"
      // A loss that began late is proven from its own start on, however good the time before.
      case .fail:
        (limited?.mean ?? 1) > share ? ": more than \(percent(share)) are proven" : ": more than \(percent(share)) are proven of late"
      case .review, .inconclusive: ": \(percent(share)) or more are not excluded"
      }
    }
    switch rule {
    case .noRegression(let rule): return compared?.concluded(verdict, margin: rule.margin, rollbackMargin: rollbackMargin) ?? ""
    case .cacheHit(let rule): return compared?.concluded(verdict, margin: rule.margin, rollbackMargin: rule.margin) ?? ""
    case .errorRate(let rule): return limit(rule.max)
    case .tail(let rule): return limit(rule.maxShare)
    case .latency(let rule):
      guard case .increase = rule.limit, verdict == .fail else { return limit(1 - rule.quantile) }
      return ": \(points(1 - rule.quantile)) more than production's are proven"
    case .costPerRequest(let rule):
      return switch verdict {
      case .pass: ", and an increase of \(percent(rule.increase)) or more is excluded"
      case .fail: ": an increase beyond \(percent(rule.increase)) is proven"
      case .review, .inconclusive: ": an increase of \(percent(rule.increase)) is not excluded"
      }
    }
  }

  /// Why it rolls back: the rule and its figures, or those of the slice that fired.
  var harm: String {
    for slices in slices {
      for (place, watch) in slices.watches.enumerated() where watch.hasFired {
        let said = watch.comparison(of: "score", requests: slices.counts[place].known) ?? ""
        return "\(rule.name) \(slices.field.rawValue)=\(slices.names[place]): \(said)"
          + watch.concluded(.fail, margin: 0, rollbackMargin: watch.design.rollbackMargin)
      }
    }
    return "\(rule.name): \(said)\(conclusion(.fail, rollbackMargin: compared?.design.rollbackMargin ?? 0))"
  }

  /// What would settle it, from how fast the evidence has grown.
  var outlook: String {
    let needed = logEvidenceNeeded(alpha: limited?.alphaPromote ?? compared?.design.alphaPromote ?? 0.05)
    let now = limited?.logEPromote ?? compared?.logEPromote ?? 0
    let seen = weighed.known
    guard now > 0.1 * needed, seen > 0 else { return "more requests" }
    guard now < needed else { return "more requests of each slice" }
    let more = Double(seen) * (needed / now - 1)
    return "about \(roughCount(more)) more requests like these"
  }
}

extension ComparedWatch {
  /// `the candidate's score is 1.2 points lower over 400 requests`; nil before the first window.
  func comparison(of what: String, requests: Int) -> String? {
    seen.mean.map { difference in
      let text = comparedPoints(difference)
      return text == "no difference"
        ? "the arms show no difference in the \(what) over \(counted(requests, "request"))"
        : "the candidate's \(what) is \(text) over \(counted(requests, "request"))"
    }
  }

  func concluded(_ verdict: Verdict, margin: Double, rollbackMargin: Double) -> String {
    switch verdict {
    case .pass: ", and a loss of \(points(margin)) or more is excluded"
    case .fail: rollbackMargin > 0 ? ": a loss beyond \(points(rollbackMargin)) is proven" : ": a loss is proven"
    case .review, .inconclusive: ": a loss of \(points(margin)) is not excluded"
    }
  }
}

/// Two figures that matter: `230`, `1200`.
func roughCount(_ value: Double) -> String {
  guard value < 1e15 else { return "too many" }
  var (rest, scale) = (max(1, value), 1.0)
  while rest >= 100 {
    rest /= 10
    scale *= 10
  }
  return String(Int((rest.rounded(.up) * scale).rounded()))
}
