import Foundation
import PortcullisChecks
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisRunner
import PortcullisStore

/// The targets that shadow requests may be asked of, and the judge that compares their answers.
struct ShadowTargets: Sendable {
  /// nil asks nobody.
  let candidate: Target?
  /// Asked a second time, as the noise arm.
  let production: Target?
  /// nil where no rule compares by a judge.
  let judge: Judge?

  subscript(arm: Arm) -> Target? { arm == .candidate ? candidate : production }

  /// The arms that a pair lacks and that can be asked.
  func missing(_ pair: ShadowPair) -> [Arm] {
    guard pair.production != nil, !pair.messages.isEmpty else { return [] }
    return (candidate != nil && pair.candidate == nil ? [.candidate] : []) + (production != nil && pair.noise == nil ? [.noise] : [])
  }

  /// Whether there is something to ask about a pair: an arm, of whom its conversation can be asked, or the judge.
  func want(_ pair: ShadowPair) -> Bool {
    let missing = missing(pair)
    if !missing.isEmpty { return pair.messages.toolProblem == nil }
    return judge != nil && [Arm.production, .candidate, .noise].allSatisfy { pair[$0]?.completion != nil }
  }
}

/// Asks what recorded pairs lack: the candidate, production a second time, a judge of their answers. Recorded first, resumable and within one budget, as every run.
struct ShadowAsking {
  let pairs: [String]
  let config: Config
  let options: RunOptions
  let size: ShadowSelection.Size
  let strata: String?
  let targets: ShadowTargets

  /// Nil where no line lacks anything that could be asked.
  func work() async throws -> ShadowAnswers? {
    var selection = ShadowSelection(size, strata: strata)
    var unaskable = 0
    _ = try readShadowPairs(pairs) { pair in
      if targets.want(pair) { selection.offer(pair) } else if !targets.missing(pair).isEmpty { unaskable += 1 }
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
    if let judge = targets.judge { try await compare(judge, in: folder, &answers) }
    try answers.finish()
    return answers
  }

  /// One run in which the judge compares the answers of the chosen requests; none where all of them are the same, or an earlier run was cut short.
  private func compare(_ judge: Judge, in folder: URL, _ answers: inout ShadowAnswers) async throws {
    guard answers.stop == .finished else { return }
    let cases = try TextFile(folder.appending(path: "shadow-comparisons.jsonl").path)
    let texts = try TextFile(folder.appending(path: "shadow-answers.jsonl").path)
    var account = ShadowAccount()
    _ = try readShadowPairs(pairs) { read in
      guard answers.chosen.contains(read), let pair = try answers.completed(read, &account) else { return }
      for comparison in ShadowComparison.all {
        guard let lines = pair.lines(of: comparison, judge: judge) else { continue }
        try cases.add(lines.testCase)
        try texts.add(lines.recording)
      }
    } lost: {
    }
    guard try cases.finish() > 0, try texts.finish() > 0 else { return }
    let evalset = try loadEvalset(at: cases.path, project: config.files, judges: [judge.name: judge])
    let recorded = ShadowComparing.answers(in: texts.path, digest: texts.digest)
    let work = try RunWork(
      plan: plan([evalset], [(.candidate, recorded)], judges: [judge.name: judge], answers), options: options, kind: .run,
      siblings: answers.runIDs)
    try answers.add(try await work.work(), comparedBy: judge, store: work.store)
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
    let cases = try TextFile(folder.appending(path: "\(name).jsonl").path)
    _ = try readShadowPairs(pairs) { pair in
      guard answers.chosen.contains(pair), let line = try line(pair, answers) else { return }
      try cases.add(line)
    } lost: {
    }
    guard try cases.finish() > 0 else { return }
    let evalset = try loadEvalset(at: cases.path, project: config.files)
    let asked = arms.compactMap { arm in targets[arm].map { (arm: arm, target: $0) } }
    let work = try RunWork(plan: plan([evalset], asked, judges: [:], answers), options: options, kind: .run, siblings: answers.runIDs)
    try answers.add(try await work.work(), what: what, arms: arms, store: work.store)
  }

  private func plan(
    _ evalsets: [LoadedEvalset], _ arms: [(arm: Arm, target: Target)], judges: [String: Judge], _ answers: ShadowAnswers
  ) -> LoadedPlan {
    LoadedPlan(
      config: config, evalsets: evalsets, arms: arms, judges: judges, policy: Policy(offline: []), repeats: 1,
      seed: options.seed ?? config.seed, budget: config.budget.less(answers.spent), filter: CaseFilter(), clusters: .none, warnings: [])
  }
}

/// A temporary file of lines, closed with the value.
private final class TextFile {
  let path: String
  private var sink: DescriptorSink
  private var count = 0
  /// Of all lines so far, each over the one before.
  private(set) var digest = Digest(of: "")

  init(_ path: String) throws {
    self.path = path
    sink = DescriptorSink(descriptor: open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600))
    guard sink.descriptor >= 0 else { throw TextFile.cannotWrite(errno) }
  }

  deinit { if sink.descriptor >= 0 { close(sink.descriptor) } }

  func add(_ line: String) throws {
    count += 1
    digest = Digest(of: digest.description + line)
    do { try sink.write(line + "\n") } catch let failed as DescriptorSink.Failed { throw TextFile.cannotWrite(failed.code) }
  }

  /// Everything written; returns the number of lines.
  func finish() throws -> Int {
    do { try sink.flush() } catch let failed as DescriptorSink.Failed { throw TextFile.cannotWrite(failed.code) }
    return count
  }

  private static func cannotWrite(_ code: Int32) -> CommandFailure {
    CommandFailure("the requests cannot be written to a temporary file: \(String(cString: strerror(code)))", code: .cannotWrite)
  }
}

/// What was asked, and where the answers are.
struct ShadowAnswers: Sendable {
  private let targets: ShadowTargets
  fileprivate let chosen: ShadowSelection.Chosen
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
  fileprivate private(set) var spent = RunTotals.none
  /// Whether some answer of the last round called a tool.
  fileprivate var hasOpenCalls = false

  fileprivate init(targets: ShadowTargets, chosen: ShadowSelection.Chosen, offered: Int, unaskable: Int) {
    self.targets = targets
    self.chosen = chosen
    self.offered = offered
    self.unaskable = unaskable
  }

  fileprivate mutating func add(_ result: RunWork.Result, comparedBy judge: Judge, store: Store) throws {
    try add(result, what: "judge '\(judge.name)' asked about the answers", arms: [], store: store)
    comparing = ShadowComparing(judge: judge, run: result.run)
  }

  fileprivate mutating func add(_ result: RunWork.Result, what: String, arms: [Arm], store: Store) throws {
    runs.append((result.run, arms))
    if self.store == nil { self.store = store } else { try store.close() }
    spent = spent + (try self.store?.totals(of: result.run) ?? .none)
    if result.facts.stop != .finished { stop = result.facts.stop }
    var trials = self.store?.trials(of: result.run)
    while !hasOpenCalls, let trial = try trials?.next() { hasOpenCalls = trial.completion?.toolCalls.isEmpty == false }
    notes.append("run \(result.run.id): \(what)")
    // That a comparison is asked about recorded answers goes without saying.
    notes += arms.isEmpty ? result.notes.filter { $0 != RunWork.replayNote } : result.notes
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
