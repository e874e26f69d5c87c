import Foundation
import PortcullisChecks
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisReports

/// Recorded pairs, and what is asked of them.
struct ShadowRequest: Sendable {
  let pairs: [String]
  let policy: ShadowPolicy
  let checks: ShadowChecks?
  /// Where the user says who answered.
  let candidate: Target?
  let production: Target?
  /// Who compares the answers, where the policy says so.
  let judge: Judge?
  /// What was asked of targets; nil where everything was recorded.
  let asked: ShadowAnswers?
}

/// A decision of stage `shadow` on files of pairs.
struct ShadowDecision: Sendable {
  let files: ShadowFiles
  let decision: Decision
  private let request: ShadowRequest
  private let samples: ShadowSamples
  private let planned: Int
  private let account: ShadowAccount

  /// Reads the files, and blocks until they are read. Throws `Problems` where there is nothing to decide on.
  init(_ request: ShadowRequest, waivers: Waivers?) throws {
    var tally = ShadowTally(needs: ShadowNeeds(request.policy))
    var account = ShadowAccount()
    files = try readShadowPairs(request.pairs) { read in
      guard let pair = try request.completed(read, &account) else { return }
      tally.add(request.scored(pair))
    } lost: {
      tally.addLost()
    }
    self.account = account
    planned = tally.planned
    let evidence = tally.evidence(currency: request.currency, stop: request.asked?.stop ?? .finished)
    let git = GitFacts(folder: "")
    decision = decideShadow(
      evidence, policy: request.policy,
      context: DecisionContext(
        run: request.runID(files), targets: request.targets(files), evalsets: [.init(name: "pairs", digest: files.digest)],
        judges: request.judge.map { [.init(name: $0.name, digest: $0.digest)] } ?? [],
        policyDigest: request.policy.digest, portcullisVersion: Portcullis.version, gitRevision: git.revision, gitDirty: git.isDirty,
        currency: request.currency, waivers: waivers))
    samples = evidence.discordant
    self.request = request
  }

  func reportInput(started: Date, took: Duration) -> ReportInput {
    let names = request.pairs.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    let summary = RunSummary(
      id: decision.context.run, started: started.formatted(.iso8601), duration: took, evalsets: names,
      cases: planned, notes: notes)
    return ReportInput(decision: decision, run: summary, worst: samples.pairs.prefix(5).map { $0.comparison(samples.fields(of: $0.id)) })
  }

  private var notes: [String] {
    let ignored = files.ignored.prefix(5).map { "'\(visible($0.field))' (\($0.count))" }.joined(separator: ", ")
    return (request.asked.map(askedNotes) ?? ["recorded pairs; no run is recorded"])
      + (request.policy.isDefault ? ["policy: the default, since the config writes none"] : [])
      + (request.checks != nil ? ["scores: by the checks of the config"] : [])
      + (files.ignored.isEmpty ? [] : ["ignored: \(ignored)" + (files.ignored.count > 5 ? " and \(files.ignored.count - 5) more" : "")])
  }
}

extension ShadowDecision {
  private func askedNotes(_ asked: ShadowAnswers) -> [String] {
    let drawn =
      asked.count < asked.offered
      ? "\(asked.count) of \(plural(asked.offered, "request")) drawn and asked" : "\(plural(asked.count, "request")) asked"
    return [drawn] + asked.notes + [account.tools.words, account.judge.words].compactMap { $0 }
      + (asked.unaskable > 0
        ? [
          "\(plural(asked.unaskable, "request")) with tool results that answer no call \(asked.unaskable == 1 ? "was" : "were") not asked and \(asked.unaskable == 1 ? "counts" : "count") as missing"
        ] : [])
  }
}

extension ShadowRequest {
  /// The pair with what was asked; nil for a request that is no part of this shadow.
  fileprivate func completed(_ pair: ShadowPair, _ account: inout ShadowAccount) throws -> ShadowPair? {
    if let asked { return try asked.completed(pair, &account) }
    return pair
  }

  /// The pair with the scores and costs that checks and prices give, and with answers of other models taken out.
  fileprivate func scored(_ pair: ShadowPair) -> ShadowPair {
    var pair = pair
    for arm in [Arm.production, .candidate, .noise] {
      let target = arm == .candidate ? candidate : production
      guard var answer = pair[arm], let completion = answer.completion else { continue }
      if let target, let served = completion.servedModel, !target.accepts(servedModel: served) {
        pair[arm] = ShadowAnswer(.failure(CallFailure(.wrongModel, "'\(served)' answered")))
        continue
      }
      if answer.costMicro == nil { answer.costMicro = target?.price?.cost(of: completion.usage) }
      if let checks {
        let cost = answer.costMicro.map { Money(micro: $0, currency: currency) }
        answer.score = checks.score(completion, asked: pair.messages, cost: cost)
      }
      pair[arm] = answer
    }
    return pair
  }

  /// `cost_micro_usd` says its own.
  fileprivate var currency: String { candidate?.price?.currency ?? production?.price?.currency ?? "USD" }

  /// Whoever is not named by a target is named by what was recorded of it.
  fileprivate func targets(_ files: ShadowFiles) -> [DecisionContext.TargetName] {
    func name(_ arm: Arm, _ target: Target?) -> DecisionContext.TargetName {
      target.map { .init(arm: arm, name: $0.name, model: $0.model, digest: $0.digest) }
        ?? .init(arm: arm, name: arm.rawValue, model: "recorded", digest: files.digest)
    }
    return [name(.candidate, candidate), name(.production, production)]
  }

  /// No run is stored, so its name is made of what was decided on: the same evidence gives the same bytes.
  fileprivate func runID(_ files: ShadowFiles) -> RunID {
    let question = JSON.object([
      ("pairs", .string(files.digest.description)), ("policy", .string(policy.digest.description)),
      ("candidate", candidate.map { .string($0.digest.description) } ?? .null),
      ("production", production.map { .string($0.digest.description) } ?? .null),
      ("asked", .array(asked.map { $0.runIDs.map { .string($0.text) } } ?? [])),
    ])
    return RunID(random: Digest(of: question).bytes)
  }
}

extension ShadowPair {
  /// What was asked, and what both arms made of it.
  fileprivate func comparison(_ fields: [String]) -> CaseComparison {
    CaseComparison(
      id: id, evalset: tags.map { "\($0.name)=\($0.value)" }.joined(separator: " "),
      input: messages.map(\.wholeText).joined(separator: "\n"), candidate: candidate.map { $0.view(findings(fields)) },
      production: production.map { $0.view([]) })
  }

  private func findings(_ fields: [String]) -> [AnswerView.Finding] {
    if let agreement {
      let alike = (agreement.candidate + agreement.candidateAndNoise) / 2
      return [
        .init(check: "judge", reason: "\(percent(alike)) like production's answers, which are \(percent(agreement.production)) alike")
      ]
    }
    return fields.isEmpty || fields == ["text"] ? [] : [.init(check: "differs in", reason: fields.joined(separator: ", "))]
  }
}

extension ShadowAnswer {
  fileprivate func view(_ findings: [AnswerView.Finding]) -> AnswerView {
    let outcome: Outcome =
      switch score {
      case nil: .unscored(reason: "no score")
      case 1?: .pass
      case let score?: .fail(reason: "score \(canonicalNumber(score))")
      }
    switch content {
    case .failure(let failure): return AnswerView(text: nil, outcome: outcome, failure: failure)
    case .completion(let completion):
      return AnswerView(text: completion.text ?? completion.refusal, toolCalls: completion.toolCalls, outcome: outcome, findings: findings)
    }
  }
}
