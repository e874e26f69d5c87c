import PortcullisChecks
package import PortcullisCore

/// What a config says of shadow beside the policy: the checks that score every answer.
package struct ShadowChecks: Sendable {
  private let compiled: CompiledChecks

  /// The score of an answer; nil where a check could not say.
  package func score(_ completion: Completion, asked: [Message], cost: Money?) -> Double? {
    let steps = compiled.score(Answer(completion: completion, asked: asked, cost: cost))
    let scores = steps.compactMap { step -> CheckScore? in
      if case .scored(let score) = step { return score }
      return nil
    }
    guard scores.count == steps.count else { return nil }
    switch compiled.outcome(of: scores) {
    case .pass: return 1
    case .fail: return 0
    case .unscored: return nil
    }
  }

  fileprivate init(_ compiled: CompiledChecks) { self.compiled = compiled }
}

/// Reads `shadow: {checks: […], threshold: …}`.
func readShadowChecks(_ node: Node, _ problems: FileProblems) -> ShadowChecks? {
  guard var fields = FieldReader(node, "'shadow'", problems) else { return nil }
  let place = fields.position(of: "checks")
  let list = fields.node("checks", required: true)
  let threshold = fields.node("threshold").flatMap { readThreshold($0, problems) } ?? 1
  fields.finish()
  guard let list else { return nil }
  let checks = readChecks(list, problems)
  guard !checks.isEmpty else {
    problems.error("'checks' is an empty list", at: place, help: "name at least one check, or leave 'shadow' out")
    return nil
  }
  for check in checks where check.spec.kind == "judge" {
    problems.error(
      "a judge cannot score shadow pairs in this version", at: check.position,
      help: "record a judge's grades as the 'score' of each answer, or name checks that are code")
  }
  let id = CaseID("shadow")!  // a word of ours that keeps the rules of ids
  let model = Case(id: id, evalset: "shadow", input: .messages([]), checks: checks.map(\.spec), threshold: threshold)
  var patterns = PatternCache()
  do throws(CheckProblems) {
    return ShadowChecks(try CompiledChecks(compiling: model, judges: [:], patterns: &patterns))
  } catch {
    for problem in error.problems {
      problems.error(problem.diagnostic.message, at: problem.index.map { checks[$0].position } ?? place, help: problem.diagnostic.help)
    }
    return nil
  }
}
