import PortcullisCore
import Testing

@testable import PortcullisChecks

/// Every kind of check, in a form that each answer below would decide.
private let everyCheck = [
  #"{"equals": "x"}"#, #"{"contains": "x"}"#, #"{"contains-all": ["x"]}"#, #"{"contains-any": ["x"]}"#, #"{"regex": "x"}"#,
  #"{"one-of": ["x"]}"#,
  #"{"numeric": 1}"#, #""is-json""#, #"{"max-words": 9}"#, #"{"min-words": 1}"#, #""refusal""#, #""not-refusal""#, #""no-secrets""#,
  #"{"tool-call": {"name": "x"}}"#, #"{"latency": "2s"}"#, #"{"cost": "1 USD"}"#, #"{"judge": "helpful"}"#,
]
private let everyNegation = everyCheck.map { #"{"not": \#($0)}"# }

private func completion(_ text: String?, finish: FinishReason = .stop, refusal: String? = nil) -> Completion {
  Completion(text: text, finish: finish, refusal: refusal, latency: .seconds(1))
}

private let price = Money(micro: 1, currency: "USD")

@Suite struct OutcomeTests {
  @Test func theListAboveHoldsEveryCheck() {
    let kinds = everyCheck.map { spec($0).kind } + ["not"]
    #expect(Set(kinds) == Set(CheckCatalogue.names))
  }

  @Test(arguments: everyCheck + everyNegation)
  func anEmptyAnswerFailsEveryCheck(check: String) throws {
    for text in [nil, "", " \n\t", "\u{A0}\u{2003}", "\u{200B}\u{FEFF}\u{202E}"] {
      #expect(try score(check, completion(text), cost: price).outcome == .fail, "\(text ?? "nil")")
    }
  }

  @Test(arguments: everyCheck + everyNegation)
  func aTruncatedAnswerFailsEveryCheckButRefusal(check: String) throws {
    let given = try score(check, completion("I can't x", finish: .length), cost: price)
    #expect(given.outcome == (check == #""refusal""# ? .pass : .fail))
  }

  @Test(arguments: everyCheck + everyNegation)
  func aStructuredRefusalAndAFilteredAnswerPassOnlyRefusal(check: String) throws {
    for answer in [
      completion(nil, refusal: "No."), completion("x", refusal: "No."), completion("x", finish: .contentFilter),
      completion(nil, finish: .other("SAFETY")), completion("", finish: .other("refusal")),
    ] {
      for allowed in [false, true] {
        let given = try score(check, answer, cost: price, allowEmpty: allowed, allowTruncated: allowed)
        #expect(given.outcome == (check == #""refusal""# ? .pass : .fail))
      }
    }
  }

  @Test(arguments: everyCheck + everyNegation)
  func anAnswerThatEndedForAnUnknownReasonIsNeverAPass(check: String) throws {
    for word in ["abort", "error", "", "insufficient_system_resource"] {
      let given = try score(check, completion("I can't x", finish: .other(word)), cost: price)
      #expect(given.outcome == (check == #""refusal""# ? .fail : .unscored))
    }
  }

  @Test func localServersWordsForACompleteAnswerAreKnown() throws {
    for word in ["eos", "end_turn", "stop_sequence", "COMPLETE"] {
      #expect(try score(#"{"contains": "x"}"#, completion("x", finish: .other(word))) == .pass)
    }
    #expect(try score(#"{"contains": "x"}"#, completion("x", finish: .other("MAX_TOKENS"))).outcome == .fail)
  }

  @Test func aToolCallWithoutTextIsForToolChecksOnly() throws {
    let call = Completion(
      text: nil, toolCalls: [ToolCall(name: "x", arguments: .object([]))], finish: .toolCalls, latency: .seconds(1))
    let passing = [#""no-secrets""#, #"{"tool-call": {"name": "x"}}"#, #"{"latency": "2s"}"#, #"{"cost": "1 USD"}"#]
    for check in everyCheck + everyNegation where !check.contains("judge") {
      #expect(try score(check, call, cost: price).outcome == (passing.contains(check) ? .pass : .fail), "\(check)")
    }
  }

  @Test func whatACaseAllowsIsScored() throws {
    #expect(try score(#"{"not": {"contains": "x"}}"#, completion(""), allowEmpty: true) == .pass)
    #expect(try score(#"{"contains": "x"}"#, completion(nil), allowEmpty: true).outcome == .fail)
    #expect(try score(#"{"contains": "x"}"#, completion("x", finish: .length), allowTruncated: true) == .pass)
    #expect(try score(#"{"contains": "x"}"#, completion("x", finish: .length), allowEmpty: true).outcome == .fail)
    #expect(try score(#"{"not": {"contains": "x"}}"#, completion("", finish: .length), allowEmpty: true).outcome == .fail)
  }

  @Test(arguments: [#"{"latency": "2s"}"#, #"{"cost": "1 USD"}"#, #"{"regex": "(a+)+$"}"#, #"{"judge": "helpful"}"#])
  func notOfUnscoredIsUnscored(check: String) throws {
    let answer = Completion(text: String(repeating: "a", count: 40) + "b")
    for form in [check, #"{"not": \#(check)}"#, #"{"not": {"not": \#(check)}}"#] {
      #expect(try score(form, answer, reply: "neither this nor that").outcome == .unscored)
    }
  }

  @Test(arguments: everyCheck)
  func twoNegationsAreNone(check: String) throws {
    let answer = completion("x"), reply = #"{"reasoning": "r", "grade": "good"}"#
    let plain = try score(check, answer, cost: price, reply: reply).outcome
    #expect(try score(#"{"not": \#(check)}"#, answer, cost: price, reply: reply).outcome == (plain == .pass ? .fail : .pass))
    #expect(try score(#"{"not": {"not": \#(check)}}"#, answer, cost: price, reply: reply).outcome == plain)
  }

  @Test func aRunawayAnswerFailsAndAnyOtherFailedCallIsUnscored() throws {
    let checks = try compiled(subject(everyCheck.map { spec($0) }, expected: "1"))
    for kind in FailureKind.allCases {
      for step in checks.score([], failure: CallFailure(kind, "m")) {
        guard case .scored(let score) = step else {
          Issue.record("a judge is asked about nothing")
          continue
        }
        #expect(score.score.outcome == (kind == .tooLarge ? .fail : .unscored))
      }
    }
  }

  @Test func aRunawayAnswerIsToldInOneSentence() throws {
    let checks = try compiled(subject([spec(#"{"contains": "one"}"#)]))
    func reason(_ message: String) -> String? {
      guard case .scored(let score)? = checks.score([], failure: CallFailure(.tooLarge, message)).first,
        case .fail(let reason) = score.score
      else { return nil }
      return reason
    }
    #expect(reason("the answer of 127.0.0.1 is larger than 16 MiB") == "the answer ran away: the answer of 127.0.0.1 is larger than 16 MiB")
    #expect(
      reason("a\u{1B}b" + String(repeating: "x", count: 300)) == "the answer ran away: a\\u{1B}b" + String(repeating: "x", count: 197) + "…"
    )
  }

  @Test func aTurnsChecksLookAtItsAnswerAndTheCasesAtTheLast() throws {
    let turns = [
      CaseInput.Turn(user: "a", checks: [spec(#"{"contains": "one"}"#)]),
      CaseInput.Turn(user: "b", checks: [spec(#"{"contains": "two"}"#)]),
    ]
    let checks = try compiled(subject([spec(#"{"contains": "two"}"#)], turns: turns))
    let answers = ["one", "two"].map { Answer(completion: Completion(text: $0)) }
    func outcomes(_ steps: [CheckStep]) -> [CheckExample.Outcome] {
      steps.compactMap { if case .scored(let score) = $0 { score.score.outcome } else { nil } }
    }
    #expect(outcomes(checks.score(answers)) == [.pass, .pass, .pass])
    #expect(outcomes(checks.score(answers.reversed())) == [.fail, .fail, .fail])
    #expect(outcomes(checks.score([answers[0]], failure: CallFailure(.timeout, "m"))) == [.unscored, .pass, .unscored])
    #expect(outcomes(checks.score([answers[0]])) == [.unscored, .pass, .unscored])
  }

  // By the sentence of formats.md §3, over all small worlds.
  @Test func atThresholdOneFailBeatsUnscoredBeatsPass() {
    let scores: [Score] = [.pass, .fail(reason: "f"), .unscored(reason: "u"), .graded(0.4, reason: "g"), .graded(0.6, reason: "g")]
    for a in scores {
      for b in scores {
        for c in scores {
          let all = [a, b, c].map { CheckScore(check: "c", score: $0, threshold: 0.5) }
          let passed = all.map(\.passed)
          let wanted = passed.contains(false) ? "fail" : passed.contains(nil) ? "unscored" : "pass"
          #expect(word(trialOutcome(of: all, threshold: 1)) == wanted)
        }
      }
    }
  }

  // Worked out by hand: (weights and scores), threshold, outcome.
  @Test(
    arguments: [
      ([(2.0, Score.pass), (1, .fail(reason: "f"))], 0.66, "pass"),
      ([(2.0, Score.pass), (1, .fail(reason: "f"))], 0.67, "fail"),
      ([(2.0, Score.pass), (1, .unscored(reason: "u"))], 0.66, "pass"),
      ([(2.0, Score.pass), (1, .unscored(reason: "u"))], 0.67, "unscored"),
      ([(1.0, Score.fail(reason: "f")), (1, .unscored(reason: "u"))], 0.6, "fail"),
      ([(1.0, Score.graded(0.4, reason: "g")), (1, .pass)], 0.7, "pass"),
      ([(1.0, Score.graded(0.4, reason: "g")), (1, .pass)], 0.71, "fail"),
      ([(0.1, Score.pass), (0.2, .pass), (0.7, .fail(reason: "f"))], 0.3, "pass"),
      ([(1.0, Score.unscored(reason: "u"))], 0.5, "unscored"),
      ([(1.0, Score.graded(.nan, reason: "g"))], 0.5, "unscored"),
      ([(1.0, Score.graded(7, reason: "g")), (1, .fail(reason: "f"))], 0.5, "unscored"),
      ([], 0.5, "unscored"),
      ([(1.0, Score.pass)], .nan, "unscored"),
      ([(.nan, Score.pass)], 0.5, "unscored"),
    ] as [([(Double, Score)], Double, String)])
  func belowOneTheWeightedShareIsBounded(scores: [(Double, Score)], threshold: Double, wanted: String) {
    let all = scores.map { CheckScore(check: "c", score: $0.1, weight: $0.0, threshold: 0.5) }
    #expect(word(trialOutcome(of: all, threshold: threshold)) == wanted)
  }

  @Test func unscoredNeverHelps() {
    // Replacing any score by unscored never turns a trial into a pass.
    let scores: [Score] = [.pass, .fail(reason: "f"), .unscored(reason: "u")]
    for threshold in [0.3, 0.5, 0.9, 1] {
      for a in scores {
        for b in scores {
          let before = [a, b].map { CheckScore(check: "c", score: $0) }
          let after = [CheckScore(check: "c", score: .unscored(reason: "u")), before[1]]
          if word(trialOutcome(of: after, threshold: threshold)) == "pass" {
            #expect(word(trialOutcome(of: before, threshold: threshold)) == "pass")
          }
        }
      }
    }
  }

  private func word(_ outcome: Outcome) -> String {
    switch outcome {
    case .pass: "pass"
    case .fail: "fail"
    case .unscored: "unscored"
    }
  }
}
