import Foundation
import PortcullisChecks
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisRunner

/// Everything a run asks, read and checked: nothing has been called yet.
struct LoadedPlan {
  let config: Config
  let evalsets: [LoadedEvalset]
  let arms: [(arm: Arm, target: Target)]
  /// By name, those that some case asks.
  let judges: [String: Judge]
  /// Rules that decide; none for `run`.
  let policy: Policy
  let repeats: Int
  let seed: Int
  let budget: Budget
  let filter: CaseFilter
  /// What `--clusters` says; it changes what is decided, never what is asked.
  let clusters: ClusterChoice
  let warnings: [Diagnostic]

  /// What people took upon themselves, weighed today; nil where no file of waivers is named.
  var waivers: Waivers? { config.waiversToday }

  var currency: String? { config.currency }

  /// What the evalsets promise to test.
  var behaviours: [BehaviourDemand] {
    evalsets.flatMap { evalset in
      evalset.behaviours.map { BehaviourDemand(evalset: evalset.name, behaviour: $0.name, minCases: $0.minCases) }
    }
  }

  /// Every planned case with its trials for each arm, in plan order.
  func forEachCase(_ body: (Case, Int) throws -> Void) throws {
    var filter = filter
    for evalset in evalsets {
      let stream = evalset.makeStream()
      while let testCase = try stream.next() {
        guard filter.admits(testCase) else { continue }
        try body(testCase, policy.plannedTrials(for: testCase, repeats: repeats))
        if filter.isUsedUp { return }
      }
    }
  }

  /// Of all that decides what is asked and how it is judged: the same command finds its unfinished run by it.
  func digest(kind: String) -> Digest {
    Digest(
      of: .object([
        ("kind", .string(kind)),
        ("evalsets", .array(evalsets.map { .array([.string($0.name), .string($0.digest.description)]) })),
        ("arms", .array(arms.map { .array([.string($0.arm.rawValue), .string($0.target.digest.description)]) })),
        ("judges", .array(judges.values.sorted { $0.name < $1.name }.map { .array([.string($0.name), .string($0.digest.description)]) })),
        ("policy", .string(policy.digest.description)), ("repeats", .int(repeats)), ("filter", filter.json),
      ]))
  }

  /// What an attempt is an attempt at: this candidate on these cases under this policy. nil where only a selection of the cases is asked.
  var attemptKey: Digest? {
    guard !filter.isActive, let candidate = arms.first(where: { $0.arm == .candidate })?.target else { return nil }
    return Digest(
      of: .object([
        ("candidate", .string(candidate.digest.description)),
        ("evalsets", .array(evalsets.map(\.digest.description).sorted().map(JSON.string))), ("policy", .string(policy.digest.description)),
      ]))
  }

  /// Cases of the plan where that is known without going through it: nothing is filtered out, and no target's prompt could fail for a case.
  var knownCount: Int? {
    let prompts = arms.map { try? Prompting($0.target.prompt) }
    guard !filter.isActive, prompts.allSatisfy({ $0?.isStatic == true }) else { return nil }
    return evalsets.reduce(0) { $0 + $1.count }
  }

  /// An empty summary of this plan.
  var emptySummary: PlanSummary { PlanSummary(policy: policy, arms: arms.map(\.arm), currency: currency, behaviours: behaviours) }

  /// Goes through the plan once: its size, and whether every target's prompt can be written for every case.
  ///
  /// - Parameter each: Sees every case and its trials for each arm.
  /// - Throws: `Problems` where a prompt uses what a case does not have.
  func sizes(_ each: (Case, Int) -> Void = { _, _ in }) throws -> PlanSummary {
    var summary = emptySummary
    var prompts: [(target: Target, prompting: Prompting)] = []
    for (_, target) in arms {
      do throws(TemplateProblem) {
        let prompting = try Prompting(target.prompt)
        if !prompting.isStatic { prompts.append((target, prompting)) }
      } catch {
        throw Diagnostic(.error, "the prompt of target '\(target.name)' is no template: \(error)")
      }
    }
    let templates = TemplateCache()
    var problems: [Diagnostic] = []
    var search = ClusterSearch(self)
    try forEachCase { testCase, trials in
      summary.add(testCase, trials: trials)
      search.add(testCase)
      each(testCase, trials)
      for (target, prompting) in prompts where problems.count < 50 {
        do throws(TemplateProblem) { _ = try prompting.messages(for: testCase, templates: templates) } catch {
          problems.append(
            Diagnostic(
              .error,
              "the prompt of target '\(target.name)', at \(error.line):\(error.column), cannot be written for case '\(testCase.id)': \(error.message)",
              help: error.help))
        }
      }
    }
    if !problems.isEmpty { throw Problems(problems) }
    var found = search.found()
    return try clustered(summary, &found)
  }
}

/// `--case`, `--tag` and `--limit`: which cases of the evalsets are asked.
struct CaseFilter {
  var glob: String?
  var tags: [Case.Tag] = []
  var limit: Int?
  private var admitted = 0

  /// Admits every case.
  init() {}

  init(_ options: PlanOptions) {
    glob = options.caseGlob
    tags = options.tags.map { text in
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return Case.Tag(name: String(parts[0]), value: String(parts[1]))
    }
    limit = options.limit
  }

  /// A filtered gate is at best inconclusive.
  var isActive: Bool { glob != nil || !tags.isEmpty || limit != nil }

  var isUsedUp: Bool { limit.map { admitted >= $0 } ?? false }

  mutating func admits(_ testCase: Case) -> Bool {
    if isUsedUp { return false }
    if let glob, !matchesGlob(testCase.id.text, glob) { return false }
    let facts = CaseFacts(testCase, plannedTrials: 1)
    for tag in tags where !(facts.slice(tag.name).map { sameBytes($0, tag.value) } ?? false) { return false }
    admitted += 1
    return true
  }

  var json: JSON {
    .object(present: [
      ("case", glob.map(JSON.string)), ("tags", tags.isEmpty ? nil : .array(tags.map { .string("\($0.name)=\($0.value)") })),
      ("limit", limit.map(JSON.int)),
    ])
  }
}

/// The size of a plan, and which of its rules can pass at that size.
struct PlanSummary {
  private(set) var cases = 0
  private(set) var trials = 0
  private let arms: [Arm]
  private let currency: String?
  private let behaviours: [BehaviourDemand]
  private(set) var sizes: PlanSizes
  private let policy: Policy

  /// - Parameter clusters: What is taken for one independent case, beside the clusters of the cases.
  init(policy: Policy, arms: [Arm], currency: String?, behaviours: [BehaviourDemand], clusters: ClusterPlan = ClusterPlan()) {
    self.policy = policy
    self.arms = arms
    self.currency = currency
    self.behaviours = behaviours
    sizes = PlanSizes(policy, arms: arms, currency: currency, behaviours: behaviours, clusters: clusters)
  }

  /// The same plan, to be gone through anew.
  func empty(clusters: ClusterPlan) -> PlanSummary {
    PlanSummary(policy: policy, arms: arms, currency: currency, behaviours: behaviours, clusters: clusters)
  }

  /// - Parameter foundCluster: Of `FoundClusters`.
  mutating func add(_ testCase: Case, trials count: Int, foundCluster: Int? = nil) {
    cases += 1
    trials += count * arms.count
    var facts = CaseFacts(testCase, plannedTrials: count)
    facts.foundCluster = foundCluster
    sizes.add(facts, isJudged: testCase.checks.contains { $0.kind == "judge" })
  }

  func warnings(blockingOnly: Bool = false) -> [Diagnostic] {
    policy.offline.isEmpty ? [] : planWarnings(policy, sizes, blockingOnly: blockingOnly)
  }
}

/// Reads config, evalsets, golden answers and judges; throws every problem at once.
///
/// - Parameters:
///   - candidate, production: Names or shorthands from the command line.
///   - arms: Which arms the command asks; `production` is optional to a gate.
///   - decides: Whether the policy matters (`gate`), or every case has its own repeats (`run`).
func loadPlan(
  _ options: PlanOptions, run: RunOptions?, candidate: String?, production: String?, arms wanted: [Arm], decides: Bool,
  cases: [String] = []
) throws -> LoadedPlan {
  let environment = ProcessInfo.processInfo.environment
  let path = options.config ?? findConfig()
  let named = cases + options.evalset
  if path == nil, named.isEmpty {
    throw Diagnostic(
      .error, "there is no portcullis.yaml here or in a parent folder",
      help: "name one with '--config', or give '-e EVALSET' and '--candidate provider:model@url'")
  }
  let config = try loadConfig(
    path: path,
    overrides: ConfigOverrides(
      candidate: candidate, production: production, sets: options.sets, apiKeyVariable: options.apiKeyVariable, budget: run?.budget),
    environment: environment, today: today())
  var targets: [(arm: Arm, target: Target)] = [(.candidate, try config.requiredCandidate())]
  if wanted.contains(.production), let target = config.production { targets.append((.production, target)) }
  targets = targets.map { ($0.arm, adjusted($0.target, run)) }

  let paths = named.isEmpty ? config.evalsets : named
  guard !paths.isEmpty else {
    throw Diagnostic(
      .error, "no evalset is named", at: path.map { Place(file: $0) }, help: "write 'evalsets: [FOLDER]', or give '-e FOLDER'")
  }
  let judges = Dictionary(config.judges.map { ($0.name, $0) }) { first, _ in first }
  var evalsets: [LoadedEvalset] = []
  var problems: [Diagnostic] = []
  for path in paths {
    do {
      evalsets.append(
        try loadEvalset(at: path, project: config.files, golden: config.golden, judges: judges, today: today()))
    } catch let found as Problems { problems += found.diagnostics } catch let found as Diagnostic { problems.append(found) }
  }
  for (place, evalset) in evalsets.enumerated() where evalsets[..<place].contains(where: { sameBytes($0.name, evalset.name) }) {
    problems.append(Diagnostic(.error, "two evalsets are named '\(evalset.name)'", help: "give one of them another 'name'"))
  }
  if problems.contains(where: { $0.severity == .error }) { throw Problems(config.warnings + problems) }
  let asked = evalsets.reduce(into: Set<String>()) { $0.formUnion($1.counts.judges) }
  // A command that asks one arm compares nothing.
  let isComparing = wanted.contains(.production)
  var warnings =
    config.warnings.filter { isComparing || !$0.message.hasPrefix("candidate and production are the same") } + evalsets.flatMap(\.warnings)
  if decides, config.production == nil {
    warnings.append(
      Diagnostic(
        .warning, "there is no production arm; rules that compare stay inconclusive",
        help: "name '--production', or write a 'pass-rate' rule"))
  }
  for (arm, target) in targets where target.price == nil && evalsets.contains(where: { $0.counts.checks["cost"] != nil }) {
    warnings.append(
      Diagnostic(
        .warning, "cases use the check 'cost', but target '\(target.name)' (\(arm.rawValue)) has no price: their trials stay unscored",
        help: "write its 'price'"))
  }
  return LoadedPlan(
    config: config, evalsets: evalsets, arms: targets, judges: judges.filter { asked.contains($0.key) },
    policy: decides ? config.policy : Policy(offline: []), repeats: run?.repeats ?? config.repeats, seed: run?.seed ?? config.seed,
    budget: config.budget, filter: CaseFilter(options),
    clusters: try clusterChoice(options.clusters, tagNames: evalsets.flatMap { $0.counts.tags.keys }.sorted()), warnings: warnings)
}

/// The target with `--concurrency` and `--timeout` applied; neither changes what is asked.
func adjusted(_ target: Target, _ run: RunOptions?) -> Target {
  var target = target
  if let concurrency = run?.concurrency { target.limits.concurrency = concurrency }
  if let total = run?.timeout.flatMap({ try? parseDuration($0) }) {
    target.timeouts.total = total
    target.timeouts.firstByte = min(target.timeouts.firstByte, total)
    target.timeouts.idle = min(target.timeouts.idle, total)
    target.timeouts.connect = min(target.timeouts.connect, total)
  }
  return target
}

/// `YYYY-MM-DD` in UTC.
func today() -> String {
  var now = time(nil)
  var parts = tm()
  gmtime_r(&now, &parts)
  func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
  return "\(1900 + parts.tm_year)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
}

extension Config {
  /// What people took upon themselves, to be weighed today.
  var waiversToday: Waivers? { waivers.map { Waivers($0, day: today()) } }
}
