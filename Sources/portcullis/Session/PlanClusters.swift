import PortcullisChecks
import PortcullisCore
import PortcullisGate
import PortcullisRunner

/// Which cases of a plan are not independent: for certain, and by what somebody chose or the suite's shape suggests.
struct PlanClusters {
  var certain: FoundClusters
  let plan: ClusterPlan

  /// Whether a summary that took the cases as they declare themselves would be another one.
  var changeSizes: Bool {
    switch plan.choice {
    case .undeclared, .none: !certain.isEmpty || !plan.suspects.isEmpty
    case .by: true
    }
  }
}

/// Looks for them in one pass over the plan.
struct ClusterSearch {
  private let choice: ClusterChoice
  private var finder = ClusterFinder()
  private var scan = GroupingScan()
  /// What writes the messages that are compared: the targets' own prompts where they differ from case to case.
  private let prompts: [Prompting]
  private let templates = TemplateCache()

  init(_ plan: LoadedPlan) {
    choice = plan.clusters
    let own = plan.arms.compactMap { try? Prompting($0.target.prompt) }.filter { !$0.isStatic }
    prompts = own.isEmpty ? [try? Prompting(nil)].compactMap { $0 } : own
  }

  mutating func add(_ testCase: Case) {
    finder.add(cluster: testCase.cluster, context: testCase.context, inputs: keys(of: testCase))
    if choice == .undeclared { scan.add(CaseFacts(testCase, plannedTrials: 1)) }
  }

  /// A prompt that cannot be written for the case makes no key: nothing is asked then.
  private func keys(of testCase: Case) -> [ClusterKey] {
    var nameless = testCase
    // A prompt may use the id, which does not make another question.
    if let name = CaseID("case") { nameless.id = name }
    var later: [String] = []
    if case .turns(let turns) = testCase.input { later = turns.dropFirst().map(\.user) }
    return prompts.compactMap { prompting in
      (try? prompting.messages(for: nameless, templates: templates)).map { ClusterKey(messages: $0.map(\.wholeText) + later) }
    }
  }

  consuming func found() -> PlanClusters {
    PlanClusters(certain: finder.found(), plan: ClusterPlan(choice, suspects: scan.suspects))
  }
}

extension LoadedPlan {
  /// The summary of a pass, with the clusters that the pass found: counted anew only where they change it.
  func clustered(_ summary: PlanSummary, _ found: inout PlanClusters) throws -> PlanSummary {
    guard found.changeSizes, !policy.offline.isEmpty else { return summary }
    var again = summary.empty(clusters: found.plan)
    var place = 0
    try forEachCase { testCase, trials in
      again.add(testCase, trials: trials, foundCluster: found.certain.cluster(of: place))
      place += 1
    }
    return again
  }

  /// Goes through the plan, and through it again where cases share a source.
  func summed(_ summary: PlanSummary) throws -> PlanSummary {
    var summary = summary
    var search = ClusterSearch(self)
    try forEachCase { testCase, trials in
      summary.add(testCase, trials: trials)
      search.add(testCase)
    }
    var found = search.found()
    return try clustered(summary, &found)
  }
}

/// What `--clusters` says; a tag must be one that some case has.
func clusterChoice(_ word: String?, tagNames: [String]) throws -> ClusterChoice {
  guard let word else { return .undeclared }
  let choice = ClusterChoice(word: word)
  if case .by(.tag(let name)) = choice, !tagNames.contains(where: { sameBytes($0, name) }) {
    throw Diagnostic(
      .error, "--clusters is '\(visible(word))', and no case has such a tag",
      help: suggestion(for: name, among: tagNames + ["stem", "none"]) ?? "write 'stem', 'none' or the name of a tag")
  }
  return choice
}
