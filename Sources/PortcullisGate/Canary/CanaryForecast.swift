import PortcullisCore
import PortcullisStatistics

/// What a canary's policy needs at the traffic there is: hours until a loss is seen and an equal candidate is promoted.
///
/// By the mean growth of the best bet (statistics.md §12, `canary_plan`), so that about half of the canaries take longer. It knows
/// scores and the limits on the candidate's own answers; costs and cache hits depend on how they scatter, and are left out.
package struct CanaryForecast: Sendable, Hashable {
  package let requestsPerHour: Double
  /// Production's pass rate, assumed.
  package let productionRate: Double
  /// The loss of quality whose discovery is forecast.
  package let loss: Double
  package let margin: Double
  package let stages: [Stage]
  /// Hours after which an equal candidate is expected to have passed all stages; nil where it never does.
  package let promotedAfter: Double?
  package let deadline: Double
  /// What could decide before the deadline; both nil where the plan can.
  package let remedy: Remedy

  package struct Stage: Sendable, Hashable {
    package let share: Double
    /// Hours of this share alone; nil where it never is.
    package let lossSeenAfter: Double?
    package let equalPromotedAfter: Double?
  }

  package struct Remedy: Sendable, Hashable {
    /// The least share of the first stage, in whole tenths of a per cent, at most 50 %.
    package var share: Double?
    /// The least margin, in whole tenths of a point, at most 50 points.
    package var margin: Double?
  }

  /// - Parameters:
  ///   - requestsPerHour: Of both arms together; above 0.
  ///   - productionRate: 0…1.
  ///   - loss: nil for 5 points, or the margin where that is more.
  /// - Returns: nil where the policy has no deciding `no-regression`, or the numbers are out of range.
  package init?(_ policy: CanaryPolicy, requestsPerHour: Double, productionRate: Double = 0.90, loss: Double? = nil) {
    guard policy.problem == nil, requestsPerHour > 0, requestsPerHour.isFinite, (0...1).contains(productionRate),
      let rule = policy.decidingRegression
    else { return nil }
    let question = Question(policy: policy, rule: rule, requestsPerHour: requestsPerHour, productionRate: productionRate)
    let loss = min(loss ?? max(0.05, rule.margin), productionRate)
    self.requestsPerHour = requestsPerHour
    self.productionRate = productionRate
    self.loss = loss
    margin = rule.margin
    deadline = policy.deadline
    stages = policy.stages.map { stage in
      Stage(
        share: stage.share, lossSeenAfter: question.seenAfter(loss, share: stage.share),
        equalPromotedAfter: question.provenAfter(share: stage.share, margin: rule.margin))
    }
    promotedAfter = question.promotedAfter(share: policy.stages[0].share, margin: rule.margin)
    remedy = promotedAfter.map { $0 <= policy.deadline } ?? false ? Remedy() : question.remedy
  }

  /// Whether an equal candidate can be expected to be promoted before the deadline.
  package var canDecide: Bool { promotedAfter.map { $0 <= deadline } ?? false }

  /// `at 1 % of 2000 requests an hour, production 0.90 and margin 3 points, a loss of 5 points is seen after about 26 h and an equal
  /// candidate is promoted after about 68 h`: one for each stage, each as if the traffic stayed at its share.
  package var sentences: [String] {
    stages.map { stage in
      func after(_ hours: Double?) -> String { hours.map { "after about \(Self.about($0))" } ?? "never" }
      return
        "at \(percent(stage.share)) of \(fixed(requestsPerHour, 0)) requests an hour, production \(fixed(productionRate, 2)) and margin "
        + "\(points(margin)), a loss of \(points(loss)) is seen \(after(stage.lossSeenAfter)) and an equal candidate is promoted "
        + after(stage.equalPromotedAfter)
    }
  }

  /// All stages together, and where they cannot decide in time, what could.
  package var conclusion: String {
    let deadline = hoursText(deadline)
    guard let promotedAfter else { return "an equal candidate is never promoted: " + remedyWords }
    let all = stages.count > 1 ? "through all \(stages.count) stages an equal candidate is promoted" : "an equal candidate is promoted"
    guard canDecide else { return "\(all) after about \(Self.about(promotedAfter)), beyond the deadline of \(deadline): " + remedyWords }
    return "\(all) after about \(Self.about(promotedAfter)), before the deadline of \(deadline)"
  }

  private var remedyWords: String {
    let ways = [remedy.share.map { "a share of \(percent($0))" }, remedy.margin.map { "a margin of \(points($0))" }].compactMap { $0 }
    return ways.isEmpty
      ? "more traffic or a later deadline could decide, no share or margin does" : ways.joined(separator: " or ") + " could decide"
  }

  private static func about(_ hours: Double) -> String { hoursText(hours >= 10 ? hours.rounded(.up) : hours) }
}

extension CanaryPolicy {
  /// The first deciding `no-regression`.
  package var decidingRegression: CanaryRegressionRule? {
    for entry in rules where !entry.advisory { if case .noRegression(let rule) = entry.rule { return rule } }
    return nil
  }
}

/// How long this policy takes at other shares and margins.
private struct Question {
  let policy: CanaryPolicy
  let rule: CanaryRegressionRule
  let requestsPerHour: Double
  let productionRate: Double

  func seenAfter(_ loss: Double, share: Double) -> Double? {
    let alpha = policy.rollbackRate / (rule.slices.isEmpty ? 1 : 2)
    let plan = canaryPlan(
      candidateRate: productionRate - loss, productionRate: productionRate, share: share, direction: .below, null: -policy.rollbackMargin,
      alpha: alpha, startWeight: 0.7)
    return plan.map { Double($0.requests) / requestsPerHour }
  }

  /// Until the scores, and the clean answers that limits ask for, suffice.
  func provenAfter(share: Double, margin: Double) -> Double? {
    let plan = canaryPlan(
      candidateRate: productionRate, productionRate: productionRate, share: share, direction: .above, null: -margin, alpha: policy.wrongPass
    )
    guard let plan else { return nil }
    return max(Double(plan.requests), Double(cleanAnswers) / share) / requestsPerHour
  }

  func promotedAfter(share: Double, margin: Double) -> Double? {
    provenAfter(share: share, margin: margin).map { proven in
      max(policy.stages[0].bake, proven) + policy.stages.dropFirst().reduce(0) { $0 + $1.bake }
    }
  }

  /// The most answers without a fault that a deciding limit asks of the candidate.
  private var cleanAnswers: Int {
    policy.rules.lazy.filter { !$0.advisory }.map { entry in
      let limit: Double? =
        switch entry.rule {
        case .errorRate(let rule): rule.max
        case .latency(let rule): 1 - rule.quantile
        case .tail(let rule): rule.maxShare
        case .noRegression, .costPerRequest, .cacheHit: nil
        }
      guard let limit else { return 0 }
      var process = BettingProcess(BettingProcess.Plan(.below, null: limit, in: 0...1))
      var count = 0
      while process.logE < logEvidenceNeeded(alpha: policy.wrongPass), count < 1_000_000 {
        process.add(0)
        count += 1
      }
      return count
    }.max() ?? 0
  }

  private func decides(share: Double, margin: Double) -> Bool {
    promotedAfter(share: share, margin: margin).map { $0 <= policy.deadline } ?? false
  }

  /// Tenths of a per cent, by halving: more traffic and wider margins only help.
  var remedy: CanaryForecast.Remedy {
    func least(from low: Double, _ works: (Double) -> Bool) -> Double? {
      var (fails, holds) = (Int((low * 1000).rounded(.down)), 500)
      guard fails < holds, works(Double(holds) / 1000) else { return nil }
      while holds - fails > 1 {
        let middle = (fails + holds) / 2
        if works(Double(middle) / 1000) { holds = middle } else { fails = middle }
      }
      return Double(holds) / 1000
    }
    return CanaryForecast.Remedy(
      share: least(from: policy.stages[0].share) { decides(share: $0, margin: rule.margin) },
      margin: least(from: rule.margin) { decides(share: policy.stages[0].share, margin: $0) })
  }
}
