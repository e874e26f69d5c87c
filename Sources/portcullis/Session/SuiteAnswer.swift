import PortcullisCore
import PortcullisFormats
import PortcullisGate

/// What the suite at hand can show, as tables and as JSON.
struct SuiteAnswer {
  /// Rules that cannot pass at this size.
  let warnings: [Diagnostic]
  private let names: [String]
  private let trials: Int
  private let forecast: SuiteForecast
  private let outlook: PairOutlook
  private let history: SuiteHistory?
  private let margin: Double?
  private let policy: Policy

  init(_ plan: LoadedPlan, history: SuiteHistory?, _ question: SizeQuestion) throws {
    var policy = plan.policy
    if let alpha = question.alpha { policy.wrongPass = alpha }
    let summary = try plan.summed(
      PlanSummary(policy: policy, arms: [.candidate, .production], currency: plan.currency, behaviours: plan.behaviours))
    let outlook =
      question.discordance.map { PairOutlook(discordance: $0, icc: PairOutlook.assumed.icc, source: .given) } ?? history?.outlook
    self.outlook = outlook ?? .assumed
    self.history = question.discordance == nil ? history : nil
    self.policy = policy
    margin = question.margin
    names = plan.evalsets.map(\.name)
    trials = summary.trials / 2
    warnings = summary.warnings()
    let own = policy.wholeMargins + (question.margin.map { [$0] } ?? [])
    guard let forecast = SuiteForecast(policy, summary.sizes, self.outlook, margins: suiteLadder(with: own)) else {
      throw Diagnostic(
        .error, "no case is left to compare", help: "add cases, or a filter that matches some; quarantined ones do not count")
    }
    self.forecast = forecast
  }

  var text: String {
    let units = forecast.units == forecast.cases ? "" : " in \(forecast.units) independent groups"
    let size = "\(names.joined(separator: ", ")): \(plural(forecast.cases, "case"))\(units), \(plural(trials, "trial")) an arm"
    let shows =
      "equal models exclude a loss of \(points(forecast.detectableAt80)) with a power of 80 %, of \(points(forecast.detectableAt95)) with 95 %"
    var lines = [size, basis] + flakiness + [shows, ""]
    lines += ladder.lines
    if forecast.comparisons.count > 1 || forecast.comparisons.contains(where: { $0.slice != nil }) { lines += [""] + comparisons.lines }
    if let joint = JointForecast(forecast.comparisons).words { lines += ["", joint] }
    if !forecast.isExact { lines += ["", "by a normal approximation: these cases have repeats or share clusters"] }
    return lines.joined(separator: "\n")
  }

  /// What the numbers rest on.
  private var basis: String {
    let differ = "\(percent(outlook.discordance)) of the cases differ between the arms"
    switch outlook.source {
    case .assumed: return "assumed, for the store has no finished gate of this suite: \(differ)" + likeness
    case .given: return "as given: \(differ)" + likeness
    case .run(let id, let pairs):
      let suite = history?.isSameSuite == false ? ", on an earlier version of the suite" : ""
      return "as in run \(id) (\(plural(pairs, "pair"))\(suite)): \(differ)" + likeness
    }
  }

  /// Cases seen to both pass and fail, by arm.
  private var flakiness: [String] {
    (history?.repeats ?? []).map { arm, repeats in
      "\(arm.rawValue) there both passed and failed \(repeats.flaky) of the \(plural(repeats.cases, "case")) it was asked more than once"
    }
  }

  private var likeness: String {
    forecast.units < forecast.cases ? "; differences within a group are alike by \(fixed(outlook.icc, 2))" : ""
  }

  private var ladder: TextTable {
    TextTable(
      head: ["margin", "pass", "inconclusive", "fail", "cases for 80 %", "for 95 %"],
      rows: forecast.ladder.map { step in
        [
          points(step.margin), chance(step.chances.pass), chance(step.chances.inconclusive), chance(step.chances.fail),
          countText(step.casesAt80), countText(step.casesAt95),
        ]
      }, marked: forecast.ladder.map { step in margin.map { $0 == step.margin } ?? policy.wholeMargins.contains(step.margin) })
  }

  private var comparisons: TextTable {
    TextTable(
      head: ["comparison", "cases", "margin", "interval", "excludes at 80 %", "at 95 %", "pass", "inconclusive", "cases for 80 %"],
      rows: forecast.comparisons.map { comparison in
        [
          visible(comparison.title), "\(comparison.cases)", points(comparison.margin), "±" + fixed(comparison.halfWidth * 100, 1),
          lossText(comparison.detectableAt80), lossText(comparison.detectableAt95), chance(comparison.chances.pass),
          chance(comparison.chances.inconclusive), countText(comparison.casesNeeded),
        ]
      })
  }

  private func lossText(_ loss: Double) -> String { loss < 1 ? fixed(loss * 100, 1) : "none" }

  var json: JSON {
    .object([
      ("schema", .string("portcullis.plan-size/1")), ("alpha", .double(policy.wrongPass)), ("evalsets", .array(names.map(JSON.string))),
      ("cases", .int(forecast.cases)), ("groups", .int(forecast.units)), ("trials", .int(trials)), ("exact", .bool(forecast.isExact)),
      ("basis", basisJSON), ("loss_at_80", .double(forecast.detectableAt80)), ("loss_at_95", .double(forecast.detectableAt95)),
      (
        "margins",
        .array(
          forecast.ladder.map { step in
            .object([
              ("margin", .double(step.margin)), ("ends", step.chances.json), ("cases_at_80", step.casesAt80.map(JSON.int) ?? .null),
              ("cases_at_95", step.casesAt95.map(JSON.int) ?? .null),
            ])
          })
      ), ("comparisons", .array(forecast.comparisons.map(\.json))),
      ("pass_all_at_least", .double(JointForecast(forecast.comparisons).leastPass)),
      ("warnings", .array(warnings.map { .string($0.message) })),
    ])
  }

  private var basisJSON: JSON {
    let (source, run): (String, JSON) =
      switch outlook.source {
      case .assumed: ("assumed", .null)
      case .given: ("given", .null)
      case .run(let id, _): ("run", .string(id.text))
      }
    let flaky = (history?.repeats ?? []).map { ($0.arm.rawValue, JSON.double($0.summary.flakyShare)) }
    return .object([
      ("source", .string(source)), ("run", run), ("flaky_share", .object(flaky)),
      ("same_suite", history.map { .bool($0.isSameSuite) } ?? .null),
      ("discordance", .double(outlook.discordance)), ("variance", .double(outlook.variance)), ("icc", .double(outlook.icc)),
    ])
  }
}

extension ComparisonForecast {
  fileprivate var json: JSON {
    .object([
      ("rule", .string(rule)), ("metric", metric.map(JSON.string) ?? .null),
      ("slice", slice.map { .string("\($0.name)=\($0.value)") } ?? .null), ("advisory", .bool(isAdvisory)), ("margin", .double(margin)),
      ("cases", .int(cases)), ("groups", .int(units)), ("exact", .bool(isExact)), ("half_width", .double(halfWidth)),
      ("loss_at_80", .double(detectableAt80)), ("loss_at_95", .double(detectableAt95)), ("ends", chances.json),
      ("cases_at_80", casesNeeded.map(JSON.int) ?? .null),
    ])
  }
}

extension Policy {
  /// Margins of comparisons over all cases.
  fileprivate var wholeMargins: [Double] {
    offline.compactMap { rule in
      guard rule.where.isEmpty, case .noRegression(let comparison) = rule.rule, comparison.metric == nil else { return nil }
      return comparison.margin
    }
  }
}

/// Usual margins and the suite's own, ascending.
private func suiteLadder(with own: [Double]) -> [Double] {
  let usual = [0.01, 0.02, 0.03, 0.05, 0.10, 0.15].filter { step in !own.contains { abs($0 - step) < 1e-9 } }
  return Set(usual + own.filter { $0 > 0 && $0 < 1 }).sorted()
}
