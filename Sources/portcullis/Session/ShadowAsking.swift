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

  /// The arms that a pair lacks and that can be asked.
  func missing(_ pair: ShadowPair) -> [Arm] {
    guard pair.production != nil, !pair.messages.isEmpty else { return [] }
    return (candidate != nil && pair.candidate == nil ? [.candidate] : []) + (production != nil && pair.noise == nil ? [.noise] : [])
  }
}

/// Asks what recorded pairs lack: the candidate, and production a second time. Recorded first, resumable and within the budget, as every run.
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
    var toolRequests = 0
    _ = try readShadowPairs(pairs) { pair in
      if targets.missing(pair).isEmpty { return }
      if pair.holdsToolResults { toolRequests += 1 } else { selection.offer(pair) }
    } lost: {
    }
    let chosen = selection.chosen()
    guard chosen.count > 0 else { return nil }
    let folder = FileManager.default.temporaryDirectory.appending(path: "portcullis-shadow-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var answers = ShadowAnswers(targets: targets, chosen: chosen, offered: selection.offered, toolRequests: toolRequests)
    for group in try groups(chosen, in: folder) {
      let plan = try plan(group)
      let work = try RunWork(plan: plan, options: options, kind: .run)
      answers.add(try await work.work(), arms: plan.arms.map(\.arm), store: work.store)
      if answers.stop != .finished { break }
    }
    return answers
  }

  private struct Group {
    let arms: [Arm]
    let file: String
  }

  /// The chosen requests as cases, those that lack the same arms in one file.
  private func groups(_ chosen: ShadowSelection.Chosen, in folder: URL) throws -> [Group] {
    var groups: [Group] = []
    for arms in [[Arm.candidate, .noise], [.candidate], [.noise]] {
      // The file's name is the name of the evalset, which a resumed run must find again.
      let file = folder.appending(path: "shadow-\(arms.map(\.rawValue).joined(separator: "-")).jsonl")
      var sink = DescriptorSink(descriptor: open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600))
      guard sink.descriptor >= 0 else { throw cannotWrite(errno) }
      defer { close(sink.descriptor) }
      var count = 0
      _ = try readShadowPairs(pairs) { pair in
        guard chosen.contains(pair), targets.missing(pair) == arms else { return }
        count += 1
        try sink.write(pair.caseLine + "\n")
      } lost: {
      }
      do { try sink.flush() } catch let failed as DescriptorSink.Failed { throw cannotWrite(failed.code) }
      if count > 0 { groups.append(Group(arms: arms, file: file.path)) }
    }
    return groups
  }

  private func cannotWrite(_ code: Int32) -> CommandFailure {
    CommandFailure("the requests cannot be written to a temporary file: \(String(cString: strerror(code)))", code: .cannotWrite)
  }

  private func plan(_ group: Group) throws -> LoadedPlan {
    let evalset = try loadEvalset(at: group.file, project: config.files)
    let asked = group.arms.compactMap { arm in (arm == .candidate ? targets.candidate : targets.production).map { (arm: arm, target: $0) }
    }
    return LoadedPlan(
      config: config, evalsets: [evalset], arms: asked, judges: [:], policy: Policy(offline: []), repeats: 1,
      seed: options.seed ?? config.seed, budget: config.budget, filter: CaseFilter(), clusters: .none, warnings: [])
  }
}

/// What was asked, and where the answers are.
struct ShadowAnswers: Sendable {
  private let targets: ShadowTargets
  private let chosen: ShadowSelection.Chosen
  private var runs: [(run: RunRecord, store: Store)] = []
  /// Requests that could have been asked, and those that hold tool results, which are not asked.
  let offered: Int
  let toolRequests: Int
  private(set) var stop = RunFacts.Stop.finished
  private(set) var notes: [String] = []

  fileprivate init(targets: ShadowTargets, chosen: ShadowSelection.Chosen, offered: Int, toolRequests: Int) {
    self.targets = targets
    self.chosen = chosen
    self.offered = offered
    self.toolRequests = toolRequests
  }

  fileprivate mutating func add(_ result: RunWork.Result, arms: [Arm], store: Store) {
    runs.append((result.run, store))
    if result.facts.stop != .finished { stop = result.facts.stop }
    notes.append("run \(result.run.id): \(arms.map { $0 == .noise ? "production again" : $0.rawValue }.joined(separator: " and ")) asked")
    notes += result.notes
  }

  var count: Int { chosen.count }
  var runIDs: [RunID] { runs.map(\.run.id) }

  func close() throws { for (_, store) in runs { try store.close() } }

  /// The pair with the answers that were given to it (an arm that has none stays empty); nil for a request that was not drawn, and so is no part
  /// of this shadow.
  func completed(_ pair: ShadowPair) throws -> ShadowPair? {
    if targets.missing(pair).isEmpty || pair.holdsToolResults { return pair }
    guard chosen.contains(pair) else { return nil }
    var pair = pair
    for (run, store) in runs {
      for trial in try store.cases(of: run, id: pair.id).flatMap(\.trials) where pair[trial.key.arm] == nil {
        pair[trial.key.arm] = trial.shadowAnswer
      }
    }
    return pair
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
  /// Messages name no call that a result answers, and without it an endpoint refuses them.
  fileprivate var holdsToolResults: Bool { messages.contains { $0.role == .tool } }

  /// The request as a case. Its check holds always: what an answer is worth is said when it is paired.
  fileprivate var caseLine: String {
    JSON.object(present: [
      ("id", .string(id.text)), ("messages", .array(messages.map(\.json))),
      ("checks", .array([.object([("max-words", .int(1_000_000))])])), ("origin", .string(Case.Origin.traffic.rawValue)),
      ("allow_empty", .bool(true)), ("allow_truncated", .bool(true)),
    ]).compactText
  }
}
