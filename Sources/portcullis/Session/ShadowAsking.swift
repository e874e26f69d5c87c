import Foundation
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisRunner
import PortcullisStore

/// The targets that shadow requests may be asked of.
struct ShadowTargets: Sendable {
  /// nil asks nobody.
  let candidate: Target?
  /// Asked a second time, as the noise arm.
  let production: Target?

  subscript(arm: Arm) -> Target? { arm == .candidate ? candidate : production }

  /// The arms that a pair lacks and that can be asked.
  func missing(_ pair: ShadowPair) -> [Arm] {
    guard pair.production != nil, !pair.messages.isEmpty else { return [] }
    return (candidate != nil && pair.candidate == nil ? [.candidate] : []) + (production != nil && pair.noise == nil ? [.noise] : [])
  }
}

/// Asks what recorded pairs lack: the candidate, and production a second time. Recorded first, resumable and within one budget, as every run.
struct ShadowAsking {
  let pairs: [String]
  let config: Config
  let options: RunOptions
  let size: ShadowSelection.Size
  let strata: String?
  let targets: ShadowTargets

  /// Nil where no line lacks an arm that could be asked.
  func work() async throws -> ShadowAnswers? {
    var selection = ShadowSelection(size, strata: strata)
    var unaskable = 0
    _ = try readShadowPairs(pairs) { pair in
      if targets.missing(pair).isEmpty { return }
      if pair.messages.toolProblem == nil { selection.offer(pair) } else { unaskable += 1 }
    } lost: {
    }
    let chosen = selection.chosen()
    guard chosen.count > 0 else { return nil }
    let folder = FileManager.default.temporaryDirectory.appending(path: "portcullis-shadow-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var answers = ShadowAnswers(targets: targets, chosen: chosen, offered: selection.offered, unaskable: unaskable)
    for arms in [[Arm.candidate, .noise], [.candidate], [.noise]] {
      let what = arms.map { $0 == .noise ? "production again" : $0.rawValue }.joined(separator: " and ") + " asked"
      try await ask(arms, what, as: "shadow-\(arms.map(\.rawValue).joined(separator: "-"))", in: folder, &answers) { pair, _ in
        targets.missing(pair) == arms ? pair.caseLine(pair.messages) : nil
      }
    }
    for round in 2...ToolConversation.mostAnswers where answers.hasOpenCalls {
      answers.hasOpenCalls = false
      for arm in [Arm.candidate, .noise] where targets[arm] != nil {
        let what = "\(arm == .noise ? "production" : "candidate") asked on after its tool calls"
        try await ask([arm], what, as: "shadow-\(arm.rawValue)-tools-\(round)", in: folder, &answers) { pair, answers in
          guard targets.missing(pair).contains(arm) else { return nil }
          let talk = try answers.conversation(pair, arm)
          return talk.isBegun && talk.isWaiting ? pair.caseLine(talk.messages) : nil
        }
      }
    }
    try answers.finish()
    return answers
  }

  /// One run over the chosen requests for which there is something to ask; none where there is nothing, or where an earlier one was cut short.
  ///
  /// - Parameters:
  ///   - what: What the run does, for the report.
  ///   - name: Of the evalset: a resumed run must find it again.
  ///   - line: The case that asks a pair; nil where it asks nothing.
  private func ask(
    _ arms: [Arm], _ what: String, as name: String, in folder: URL, _ answers: inout ShadowAnswers,
    line: (ShadowPair, ShadowAnswers) throws -> String?
  ) async throws {
    guard answers.stop == .finished else { return }
    let file = folder.appending(path: "\(name).jsonl")
    var sink = DescriptorSink(descriptor: open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600))
    guard sink.descriptor >= 0 else { throw cannotWrite(errno) }
    defer { close(sink.descriptor) }
    var count = 0
    _ = try readShadowPairs(pairs) { pair in
      guard answers.chosen.contains(pair), let line = try line(pair, answers) else { return }
      count += 1
      try sink.write(line + "\n")
    } lost: {
    }
    do { try sink.flush() } catch let failed as DescriptorSink.Failed { throw cannotWrite(failed.code) }
    guard count > 0 else { return }
    let evalset = try loadEvalset(at: file.path, project: config.files)
    let asked = arms.compactMap { arm in targets[arm].map { (arm: arm, target: $0) } }
    let plan = LoadedPlan(
      config: config, evalsets: [evalset], arms: asked, judges: [:], policy: Policy(offline: []), repeats: 1,
      seed: options.seed ?? config.seed, budget: config.budget.less(answers.spent), filter: CaseFilter(), clusters: .none, warnings: [])
    let work = try RunWork(plan: plan, options: options, kind: .run, siblings: answers.runIDs)
    try answers.add(try await work.work(), what: what, arms: arms, store: work.store)
  }

  private func cannotWrite(_ code: Int32) -> CommandFailure {
    CommandFailure("the requests cannot be written to a temporary file: \(String(cString: strerror(code)))", code: .cannotWrite)
  }
}

/// What was asked, and where the answers are.
struct ShadowAnswers: Sendable {
  private let targets: ShadowTargets
  fileprivate let chosen: ShadowSelection.Chosen
  private var runs: [(run: RunRecord, arms: [Arm])] = []
  /// Of all runs; nil before the first.
  private var store: Store?
  /// Requests that could have been asked, and those whose tool results answer no call, which an endpoint would refuse.
  let offered: Int
  let unaskable: Int
  private(set) var stop = RunFacts.Stop.finished
  private(set) var notes: [String] = []
  /// What all runs have cost so far: one budget holds for all of them.
  fileprivate private(set) var spent = RunTotals.none
  /// Whether some answer of the last round called a tool.
  fileprivate var hasOpenCalls = false

  fileprivate init(targets: ShadowTargets, chosen: ShadowSelection.Chosen, offered: Int, unaskable: Int) {
    self.targets = targets
    self.chosen = chosen
    self.offered = offered
    self.unaskable = unaskable
  }

  fileprivate mutating func add(_ result: RunWork.Result, what: String, arms: [Arm], store: Store) throws {
    runs.append((result.run, arms))
    if self.store == nil { self.store = store } else { try store.close() }
    spent = spent + (try self.store?.totals(of: result.run) ?? .none)
    if result.facts.stop != .finished { stop = result.facts.stop }
    var trials = self.store?.trials(of: result.run)
    while !hasOpenCalls, let trial = try trials?.next() { hasOpenCalls = trial.completion?.toolCalls.isEmpty == false }
    notes.append("run \(result.run.id): \(what)")
    notes += result.notes
  }

  /// Ends all runs together: what was cut short goes on with the same command, and asks nothing again that is recorded.
  fileprivate func finish() throws {
    guard let store, stop == .finished else { return }
    let isWhole = try runs.allSatisfy { part in
      let (planned, ended) = try store.progress(of: part.run)
      return planned == ended
    }
    if isWhole { try store.finish(runs.map(\.run)) }
  }

  var count: Int { chosen.count }
  var runIDs: [RunID] { runs.map(\.run.id) }

  func close() throws { try store?.close() }

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
  func completed(_ pair: ShadowPair, _ account: inout ToolAccount) throws -> ShadowPair? {
    let missing = targets.missing(pair)
    if missing.isEmpty || pair.messages.toolProblem != nil { return pair }
    guard chosen.contains(pair) else { return nil }
    var pair = pair
    for arm in missing {
      let talk = try conversation(pair, arm)
      account.add(talk)
      pair[arm] = talk.answer
    }
    return pair
  }
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

extension ShadowPair {
  /// A question of this request as a case. Its check holds always: what an answer is worth is said when it is paired.
  fileprivate func caseLine(_ messages: [Message]) -> String {
    JSON.object(present: [
      ("id", .string(id.text)), ("messages", .array(messages.map(\.json))),
      ("checks", .array([.object([("max-words", .int(1_000_000))])])), ("origin", .string(Case.Origin.traffic.rawValue)),
      ("allow_empty", .bool(true)), ("allow_truncated", .bool(true)),
    ]).compactText
  }
}

extension Budget {
  /// What is left of it.
  fileprivate func less(_ spent: RunTotals) -> Budget {
    var left = self
    left.cost = cost.map { Money(micro: max(0, $0.micro - spent.costMicro), currency: $0.currency) }
    left.calls = calls.map { max(0, $0 - spent.calls) }
    left.tokens = tokens.map { max(0, $0 - spent.tokens) }
    left.time = time.map { max(.zero, $0 - spent.elapsed) }
    return left
  }
}
