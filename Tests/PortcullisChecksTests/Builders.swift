import PortcullisCore

@testable import PortcullisChecks

func parsed(_ text: String) -> JSON {
  do { return try JSON(parsing: text) } catch { fatalError("a test's own JSON is broken: \(error): \(text)") }
}

/// A check as in a case file: `"is-json"` or `{"contains": "x"}`, in JSON.
func spec(_ text: String, weight: Double = 1, threshold: Double? = nil, metric: String? = nil, name: String? = nil) -> CheckSpec {
  let value = parsed(text)
  if let kind = value.string { return CheckSpec(kind: kind, weight: weight, metric: metric, threshold: threshold, name: name) }
  let member = value.object!.members[0]
  return CheckSpec(kind: member.name, argument: member.value, weight: weight, metric: metric, threshold: threshold, name: name)
}

func subject(
  _ checks: [CheckSpec], expected: String? = nil, turns: [CaseInput.Turn]? = nil, threshold: Double = 1, allowEmpty: Bool = false,
  allowTruncated: Bool = false
) -> Case {
  Case(
    id: CaseID("a")!, evalset: "e", input: turns.map(CaseInput.turns) ?? .messages([Message(role: .user, content: "Where is my parcel?")]),
    expected: expected.map(parsed), checks: checks, threshold: threshold, allowEmpty: allowEmpty, allowTruncated: allowTruncated)
}

let helpful = try! Rubric(
  name: "helpful",
  fields: parsed(
    """
    {"kind": "graded", "grades": {"poor": 0, "partial": 0.5, "good": 1}, "pass": 0.5,
     "examples": [{"input": "What now?", "answer": "We replace it.", "grade": "good", "reason": "names the next step"}]}
    """
  ).object!, body: "Does the answer settle the customer's question?")

func judge(_ rubric: Rubric = helpful, votes: Int = 1, reply: Judge.Reply = .json) -> Judge {
  Judge(name: rubric.name, target: Target(name: "j", provider: "openai", model: "judge-1"), rubric: rubric, votes: votes, reply: reply)
}

func compiled(_ subject: Case, judges: [String: Judge] = ["helpful": judge()]) throws -> CompiledChecks {
  var patterns = PatternCache()
  return try CompiledChecks(compiling: subject, judges: judges, patterns: &patterns)
}

/// The diagnostics of a case that must not compile.
func problems(_ subject: Case, judges: [String: Judge] = ["helpful": judge()]) -> [CheckProblem] {
  do {
    _ = try compiled(subject, judges: judges)
    return []
  } catch {
    return (error as! CheckProblems).problems
  }
}

/// The score of one check on one answer; a judge is given `reply`.
func score(
  _ check: String, _ completion: Completion, expected: String? = nil, cost: Money? = nil, reply: String? = nil, allowEmpty: Bool = false,
  allowTruncated: Bool = false
) throws -> Score {
  let checks = try compiled(subject([spec(check)], expected: expected, allowEmpty: allowEmpty, allowTruncated: allowTruncated))
  switch checks.score(Answer(completion: completion, cost: cost))[0] {
  case .scored(let score): return score.score
  case .asking(let question): return question.conclude([question.read(Completion(text: reply))]).score
  }
}

func score(_ check: String, _ text: String, expected: String? = nil) throws -> Score {
  try score(check, Completion(text: text), expected: expected)
}

extension Score {
  var outcome: CheckExample.Outcome {
    switch self {
    case .pass: .pass
    case .fail: .fail
    case .graded(let grade, _): grade >= helpful.pass ? .pass : .fail
    case .unscored: .unscored
    }
  }
}
