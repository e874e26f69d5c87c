import PortcullisChecks
import PortcullisCore
import PortcullisGate
import PortcullisStore

/// What was asked, and where the answers are.
struct ShadowAnswers: Sendable {
  private let targets: ShadowTargets
  let chosen: ShadowSelection.Chosen
  private var runs: [(run: RunRecord, arms: [Arm])] = []
  private var comparing: ShadowComparing?
  /// Of all runs; nil before the first.
  private var store: Store?
  /// Requests that could have been asked, and those whose tool results answer no call, which an endpoint would refuse.
  let offered: Int
  let unaskable: Int
  private(set) var stop = RunFacts.Stop.finished
  private(set) var notes: [String] = []
  /// What all runs have cost so far: one budget holds for all of them.
  private(set) var spent = RunTotals.none
  /// Whether every planned trial of every run has an end: only then may the next run be planned, since it is planned on these answers.
  private(set) var isWhole = true
  /// Whether some answer of the last round called a tool.
  var hasOpenCalls = false

  init(targets: ShadowTargets, chosen: ShadowSelection.Chosen, offered: Int, unaskable: Int) {
    self.targets = targets
    self.chosen = chosen
    self.offered = offered
    self.unaskable = unaskable
  }

  mutating func add(_ result: RunWork.Result, comparedBy judge: Judge, store: Store) throws {
    try add(result, what: "judge '\(judge.name)' asked about the answers", arms: [], store: store)
    comparing = ShadowComparing(run: result.run)
  }

  mutating func add(_ result: RunWork.Result, what: String, arms: [Arm], store: Store) throws {
    runs.append((result.run, arms))
    let kept = self.store ?? store
    if self.store != nil { try store.close() }
    self.store = kept
    spent = spent + (try kept.totals(of: result.run))
    let (planned, ended) = try kept.progress(of: result.run)
    isWhole = isWhole && planned == ended
    if result.facts.stop != .finished { stop = result.facts.stop }
    var trials = kept.trials(of: result.run)
    while !hasOpenCalls, let trial = try trials.next() { hasOpenCalls = trial.completion?.toolCalls.isEmpty == false }
    notes.append("run \(result.run.id): \(what)")
    // That a comparison is asked about recorded answers goes without saying.
    notes += arms.isEmpty ? result.notes.filter { $0 != RunWork.replayNote } : result.notes
  }

  /// Ends all runs together, once the decision is told: a command that was cut short before that goes on, and asks nothing again that is recorded.
  func finish() throws {
    if isWhole { try store?.finish(runs.map(\.run)) }
    try store?.close()
  }

  var count: Int { chosen.count }
  var runIDs: [RunID] { runs.map(\.run.id) }

  /// The conversation of an arm as far as it was recorded.
  func conversation(_ pair: ShadowPair, _ arm: Arm) throws -> ToolConversation {
    var talk = ToolConversation(pair)
    for (run, arms) in runs where arms.contains(arm) && talk.isWaiting {
      for trial in try store?.cases(of: run, id: pair.id).flatMap(\.trials) ?? [] where trial.key.arm == arm {
        if let answer = trial.shadowAnswer { talk.add(answer) }
      }
    }
    return talk
  }

  /// The pair with the answers that were given to it (an arm that has none stays empty); nil for a request that was not drawn, and so is no part
  /// of this shadow.
  func completed(_ pair: ShadowPair, _ account: inout ShadowAccount) throws -> ShadowPair? {
    guard targets.want(pair) else { return pair }
    guard chosen.contains(pair) else { return nil }
    var pair = pair
    for arm in targets.missing(pair) {
      let talk = try conversation(pair, arm)
      account.tools.add(talk)
      pair[arm] = talk.answer
    }
    if let comparing, let store { pair.agreement = try comparing.agreement(of: pair, in: store, &account.judge) }
    return pair
  }
}

/// What became of all that was asked, for the report.
struct ShadowAccount: Sendable {
  var tools = ToolAccount()
  var judge = JudgeAccount()
}

/// What became of the tool calls in fresh answers.
struct ToolAccount: Sendable {
  private(set) var answers = 0
  private(set) var recorded = 0
  private(set) var stubbed = 0
  private(set) var cut = 0

  mutating func add(_ talk: ToolConversation) {
    if talk.answer?.completion?.toolCalls.isEmpty == false { answers += 1 }
    recorded += talk.recorded
    stubbed += talk.stubbed
    if talk.isCut { cut += 1 }
  }

  /// nil where no answer calls a tool.
  var words: String? {
    guard answers > 0 else { return nil }
    let given =
      (recorded > 0 ? ["\(plural(recorded, "call")) got the recorded result"] : [])
      + (stubbed > 0 ? ["\(plural(stubbed, "call")) a stub"] : [])
      + (cut > 0 ? ["\(plural(cut, "request")) still called tools at the limit"] : [])
    return "\(plural(answers, "fresh answer")) \(answers == 1 ? "calls" : "call") a tool; none was run"
      + (given.isEmpty ? "" : ": " + given.joined(separator: ", "))
  }
}

extension TrialDetail {
  fileprivate var shadowAnswer: ShadowAnswer? {
    if let completion { return ShadowAnswer(.completion(completion), costMicro: facts.costMicro, isFresh: true) }
    guard case .callFailed(let kind) = facts.state else { return nil }
    return ShadowAnswer(.failure(CallFailure(kind, reason ?? kind.rawValue)), costMicro: facts.costMicro, isFresh: true)
  }
}
