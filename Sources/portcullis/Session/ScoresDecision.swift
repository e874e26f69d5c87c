import Foundation
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisReports

/// A decision of stage `offline` on two files of scores; formats.md §10.
struct ScoresDecision: Sendable {
  let scores: LoadedScores
  let decision: Decision
  private let shown: [String]
  private let notes: [String]

  /// Reads both files, and blocks until they are read. Throws `Problems` where they could open a gate that nobody meant to open.
  init(_ request: ScoresRequest, clusters: ClusterChoice) throws {
    let scores = try loadScores(
      production: request.production, candidate: request.candidate, columns: request.columns, planned: request.planned)
    if case .by(.tag(let name)) = clusters, !scores.sliceNames.contains(where: { sameBytes($0, name) }) {
      throw CommandFailure(
        "--clusters is '\(visible(name))', and no column is called 'slice.\(visible(name))'",
        help: "name a slice, or 'stem', or 'none'; clusters that are known go into a column 'cluster'", code: .badInput)
    }
    let plan = ClusterPlan(clusters, suspects: clusters == .undeclared ? scores.scanGroupings().suspects : [])
    let (sliced, crowded) = scores.slices
    let policy = Policy(scores, margin: request.margin, slices: sliced)
    var run = RunFacts(arms: [.candidate, .production], plannedCases: scores.plannedCases, currency: scores.hasCosts ? "USD" : nil)
    run.planSource = request.planned == .all ? .vouched : .stated
    let evidence = scores.tally(EvidenceNeeds(policy, clusters: plan)).evidence(run: run)
    let names = [request.candidate, request.production].map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    let git = GitFacts(folder: "")
    var decision = decide(
      evidence, policy: policy,
      context: DecisionContext(
        run: scores.runID(policy, run, clusters),
        targets: [
          .init(arm: .candidate, name: Arm.candidate.rawValue, model: names[0], digest: scores.candidateDigest),
          .init(arm: .production, name: Arm.production.rawValue, model: names[1], digest: scores.productionDigest),
        ], evalsets: [], policyDigest: policy.digest, portcullisVersion: Portcullis.version, gitRevision: git.revision,
        gitDirty: git.isDirty,
        currency: run.currency))
    // The rule over slices begins with the whole again, which has been decided already.
    decision.rulings.removeAll { $0.advisory && $0.rule == "no-regression" && $0.slice == nil && !sliced.isEmpty }
    self.scores = scores
    self.decision = decision
    shown = [names[1], names[0]]
    notes =
      ["scores computed elsewhere; no run is recorded"]
      + (scores.isGraded ? ["grades: only a score of 1 counts as passed in the counts of the arms"] : [])
      + crowded.map { "no ruling for each value of slice.\($0): it has more than \(LoadedScores.mostSliceValues)" }
  }

  func reportInput(started: Date, took: Duration) -> ReportInput {
    let summary = RunSummary(
      id: decision.context.run, started: started.formatted(.iso8601), duration: took, evalsets: shown, cases: scores.plannedCases,
      notes: notes)
    return ReportInput(decision: decision, run: summary, cases: { each in try scores.forEachResult(each) })
  }
}

extension Policy {
  /// The margin decides; what the other columns say is advice.
  fileprivate init(_ scores: LoadedScores, margin: Double, slices: [String]) {
    let metric = scores.isGraded ? ScoredPair.metric : nil
    var rules = [PolicyRule(.noRegression(NoRegressionRule(margin: margin, metric: metric)))]
    if !slices.isEmpty {
      let rule = NoRegressionRule(margin: margin, metric: metric, slices: slices, sliceMargin: margin)
      rules.append(PolicyRule(.noRegression(rule), advisory: true))
    }
    if scores.hasLatencies { rules.append(PolicyRule(.latency(LatencyRule(limit: .increase(0.20))), advisory: true)) }
    if scores.hasCosts { rules.append(PolicyRule(.costPerRequest(CostRule()), advisory: true)) }
    self.init(offline: rules)
  }
}

extension LoadedScores {
  /// A ruling for each value of a slice is read by nobody beyond this.
  fileprivate static let mostSliceValues = 50

  /// Slices by whether their values are few enough for a ruling each.
  fileprivate var slices: (few: [String], many: [String]) {
    (sliceNames.filter { values(ofSlice: $0) <= Self.mostSliceValues }, sliceNames.filter { values(ofSlice: $0) > Self.mostSliceValues })
  }

  /// No run is stored, so its name is made of what was decided on: the same evidence gives the same bytes.
  fileprivate func runID(_ policy: Policy, _ run: RunFacts, _ clusters: ClusterChoice) -> RunID {
    let question = JSON.object([
      ("production", .string(productionDigest.description)), ("candidate", .string(candidateDigest.description)),
      ("policy", .string(policy.digest.description)), ("cases", .int(plannedCases)), ("vouched", .bool(run.planSource == .vouched)),
      ("clusters", clusters.word.map(JSON.string) ?? .null),
    ])
    return RunID(random: Digest(of: question).bytes)
  }

  /// Every case that is in either file, for the reports that list them.
  fileprivate func forEachResult(_ each: (CaseResult) throws -> Void) throws {
    try forEachCase { facts, trials in
      let results = trials.map { trial in
        CaseResult.Trial(
          arm: trial.arm, repeatIndex: trial.repeatIndex, outcome: outcome(trial), reasons: [], duration: trial.latency)
      }
      try each(CaseResult(id: facts.id, evalset: facts.evalset, trials: results))
    }
  }

  /// A grade is neither a pass nor a fail: that it was given is all that a list of cases can say.
  private func outcome(_ trial: TrialFacts) -> Outcome {
    switch trial.state {
    case .passed: .pass
    case .failed: isGraded ? .pass : .fail(reason: "score 0")
    case .unscored, .callFailed: .unscored(reason: "no score in the file")
    }
  }
}
