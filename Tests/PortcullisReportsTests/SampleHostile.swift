import PortcullisCore
import PortcullisGate

@testable import PortcullisReports

/// A report in which everything that may come from a model or a user is `text`.
func hostileReport(_ text: String) -> ReportInput {
  let tag = Case.Tag(name: "topic", value: text)
  let ruling = Ruling(
    rule: "no-regression", metric: text, slice: tag, verdict: .fail, reason: .beyondLimit, sentence: "a loss on \(text)", estimate: -0.4,
    interval: .init(lower: -0.6, upper: -0.2), count: 15, limit: -0.1, method: text, witnesses: [id("plain-id")], next: text)
  var advice = ruling
  advice.advisory = true
  advice.estimate = nil
  let waiver = Waiver(rule: "no-regression", metric: text, slice: tag, by: text, reason: text, expires: text)
  let idle = Waiver(rule: text, by: text, reason: text, expires: text)
  var waived = ruling
  waived.waiver = waiver
  var context = context(candidate: text)
  context.waivers = Waivers([waiver, idle], day: text)
  context.evalsets = [.init(name: text, digest: Digest(of: "support"))]
  context.gitRevision = text
  let answer = AnswerView(
    text: text, toolCalls: [ToolCall(name: text, arguments: .object([(text, .string(text))]))], outcome: .fail(reason: text),
    findings: [.init(check: text, reason: "found " + text)])
  var unanswered = answer
  unanswered.failure = CallFailure(.malformed, text, received: text)
  let comparisons = [
    CaseComparison(id: id("plain-id"), evalset: text, behaviour: text, input: text, candidate: answer, production: nil),
    CaseComparison(
      id: id("<b>|`@x`#1"), evalset: text, input: text, candidate: answer,
      production: AnswerView(text: "fine before \(text) fine after", outcome: .unscored(reason: text))),
    CaseComparison(id: id("unanswered"), evalset: text, input: text, candidate: unanswered, production: answer),
  ]
  let result = CaseResult(
    id: id("<b>|`@x`#1"), evalset: text, behaviour: text,
    trials: [
      .init(arm: .candidate, outcome: .fail(reason: text), reasons: [text, text]),
      .init(arm: .candidate, repeatIndex: 1, outcome: .unscored(reason: text), reasons: [text]),
      .init(arm: .production, outcome: .fail(reason: text)),
    ])
  return ReportInput(
    decision: Decision(
      stage: text, verdict: .fail, exitCode: .fail, sentence: "worse: \(text)", rulings: [ruling, advice, waived],
      arms: [summary(.candidate, passed: 1), summary(.production, passed: 2)], churn: Churn(), guarantees: [text],
      waivers: [WaiverUse(waiver, .applied), WaiverUse(idle, .matchesNothing)], policy: .standard, context: context),
    run: RunSummary(
      id: context.run, started: text, duration: .seconds(1), host: text, evalsets: [text], cases: 1, seeMore: text, notes: [text]),
    worst: comparisons, cases: { each in try each(result) })
}
