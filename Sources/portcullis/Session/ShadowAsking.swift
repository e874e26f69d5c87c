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
    return judge != nil && pair.hasEveryAnswer
  }
}

/// Asks what recorded pairs lack: the candidate, production a second time, a judge of their answers. Recorded first, resumable and within one
/// budget, as every run.
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
    let folder = try QuestionFolder()
    defer { folder.remove() }
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
    return answers
  }

  /// One run in which the judge compares the answers of the chosen requests; none where all of them are the same, or an earlier run was cut short.
  private func compare(_ judge: Judge, in folder: QuestionFolder, _ answers: inout ShadowAnswers) async throws {
    guard answers.isWhole else { return }
    let cases = try QuestionFile(folder.path("shadow-comparisons.jsonl"))
    let texts = try QuestionFile(folder.path("shadow-answers.jsonl"))
    var account = ShadowAccount()
    _ = try readShadowPairs(pairs) { read in
      // A pair that lacks an answer gets no grade, whatever the judge said of the others.
      guard answers.chosen.contains(read), let pair = try answers.completed(read, &account), pair.hasEveryAnswer else { return }
      for comparison in ShadowComparison.all {
        guard let lines = pair.lines(of: comparison, judge: judge) else { continue }
        try cases.add(lines.testCase)
        try texts.add(lines.recording)
      }
    } lost: {
    }
    guard try cases.finish() > 0, try texts.finish() > 0 else { return }
    let evalset = try loadEvalset(at: cases.path, project: config.files, judges: [judge.name: judge])
    let recorded = ShadowComparing.answers(in: texts.path, digest: texts.digest, currency: config.currency ?? "USD")
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
    _ arms: [Arm], _ what: String, as name: String, in folder: QuestionFolder, _ answers: inout ShadowAnswers,
    line: (ShadowPair, ShadowAnswers) throws -> String?
  ) async throws {
    guard answers.isWhole else { return }
    let cases = try QuestionFile(folder.path("\(name).jsonl"))
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

extension ShadowPair {
  /// A question of this request. Its check holds always: what an answer is worth is said when it is paired.
  fileprivate func caseLine(_ messages: [Message]) -> String { trafficCase(id, messages, check: ("max-words", .int(1_000_000))) }
}

/// A line of an evalset of requests from production, with one check; whatever came back is taken as it is.
func trafficCase(_ id: CaseID, _ messages: [Message], check: (name: String, argument: JSON), expected: String? = nil) -> String {
  JSON.object(present: [
    ("id", .string(id.text)), ("messages", .array(messages.map(\.json))), ("expected", expected.map(JSON.string)),
    ("checks", .array([.object([(check.name, check.argument)])])), ("origin", .string(Case.Origin.traffic.rawValue)),
    ("allow_empty", .bool(true)), ("allow_truncated", .bool(true)),
  ]).compactText
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
