import PortcullisChecks
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisRunner

/// What the comparisons of a plan are likely to show, in a few lines, told before anything is spent.
struct PlanForecast {
  private let forecasts: [ComparisonForecast]
  private let outlook: PairOutlook
  private let policy: Policy
  private let cases: Int

  /// - Parameter history: Of the latest run of this suite; without one a discordance is assumed, and said so.
  init(_ plan: LoadedPlan, _ summary: PlanSummary, history: SuiteHistory?) {
    outlook = history?.outlook ?? .assumed
    policy = plan.policy
    cases = summary.cases
    forecasts = PortcullisGate.forecasts(plan.policy, summary.sizes, outlook)
  }

  /// Whether a policy has anything to forecast; looking for its history costs a pass over an earlier run.
  static func isAsked(_ plan: LoadedPlan) -> Bool {
    plan.arms.count > 1
      && plan.policy.offline.contains { rule in
        switch rule.rule {
        case .noRegression, .noBrokenCases: true
        case .score(let score): if case .margin = score.limit { true } else { false }
        case .complete, .passRate, .criticalCases, .incidentsStayFixed, .tail, .errorRate, .latency, .ttft, .tpot, .costPerRequest,
          .costPerSuccess, .tokensPerRequest, .coverage:
          false
        }
      }
  }

  /// At most four.
  var lines: [String] {
    let deciding = forecasts.filter { !$0.isAdvisory }
    var lines: [String] = []
    if let first = deciding.first ?? forecasts.first { lines.append("expect, \(basis): \(words(first))") }
    if let slice = deciding.filter({ $0.slice != nil }).min(by: { $0.chances.pass < $1.chances.pass }), deciding.count > 1,
      slice != deciding.first
    {
      lines.append("expect least of \(visible(slice.title)), \(plural(slice.cases, "case")): \(words(slice, isNamed: false))")
    }
    if let joint = JointForecast(deciding).words { lines.append("expect: \(joint); see 'portcullis plan-size'") }
    if let confirming { lines.append(confirming) }
    return lines
  }

  private var basis: String {
    let differ = "\(percent(outlook.discordance)) of the cases differing between the arms"
    switch outlook.source {
    case .assumed, .given: return "with \(differ) (assumed)"
    case .run(let id, _): return "with \(differ) as in run \(id)"
    }
  }

  private func words(_ forecast: ComparisonForecast, isNamed: Bool = true) -> String {
    let name = isNamed ? visible(forecast.title) + ", " : ""
    let nearly = forecast.isExact ? "" : " about"
    return "\(name)margin \(points(forecast.margin)): interval ±\(points(forecast.halfWidth)), equal models pass with\(nearly) "
      + "\(chance(forecast.chances.pass)), end inconclusive with \(chance(forecast.chances.inconclusive))"
  }

  /// Calls that follow from what is answered.
  private var confirming: String? {
    let trials = policy.offline.compactMap { rule in if case .noBrokenCases(let rule) = rule.rule { rule.confirm } else { nil } }.max()
    guard let trials else { return nil }
    let differing = Int((Double(cases) * outlook.discordance).rounded(.up))
    return "expect no-broken-cases to ask about \(plural(differing, "case")) \(trials) more times in each arm: about "
      + plural(2 * trials * differing, "further call")
  }
}

extension LoadedPlan {
  /// What is likely, for a plan that is not asked yet; an earlier run that cannot be read is none.
  func forecast(_ summary: PlanSummary, history: () throws -> SuiteHistory?) -> [String] {
    guard PlanForecast.isAsked(self) else { return [] }
    return PlanForecast(self, summary, history: try? history()).lines
  }

  /// What the plan would ask, empty yet; nil where a client cannot be made, for example because a key is not set here.
  func emptyEstimate() -> CostEstimate? {
    guard let clients = try? Clients(files: config.files, concurrency: 1) else { return nil }
    // Requests are written without the network.
    defer { clients.close() }
    do {
      let setups = try arms.map { try ArmSetup(arm: $0.arm, client: try clients.client(for: $0.target)) }
      return CostEstimate(setups, judges: try judges.mapValues { (judge: $0, client: try clients.client(for: $0.target)) })
    } catch { return nil }
  }
}
