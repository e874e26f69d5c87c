import PortcullisCore
import Testing

@testable import PortcullisChecks

private let good = #"{"reasoning": "says when", "grade": "good"}"#

@Suite struct JudgeReplyTests {
  // The bad replies of reliability.md §12, "judge", and what the reason must say.
  @Test(arguments: [
    ("", "empty"), ("  \n\u{200B}", "empty"), ("yes", "no JSON object"), ("Grade: good", "no JSON object"), ("good", "no JSON object"),
    ("true", "no JSON object"), ("[]", "no JSON object"), ("\"good\"", "no JSON object"),
    (#"{"reasoning": "r", "grade": "good""#, "broken"), (#"{"reasoning": "r", "grade": "good",}"#, "broken"),
    (#"{'reasoning': 'r', 'grade': 'good'}"#, "broken"), (#"{"reasoning": "r", "grade": "good", "grade": "poor"}"#, "given twice"),
    (#"{"reasoning": "r", "gr\u0061de": "good", "grade": "poor"}"#, "given twice"),
    (#"{"reasoning": "r"}"#, "no 'grade'"), (#"{"grade": "good"}"#, "no 'reasoning'"),
    (#"{"reasoning": "r", "Grade": "good"}"#, "no 'grade'"),
    (#"{"reasoning": "r", "grade": "Good"}"#, "none of"), (#"{"reasoning": "r", "grade": " good"}"#, "none of"),
    (#"{"reasoning": "r", "grade": "excellent"}"#, "none of"), (#"{"reasoning": "r", "grade": ""}"#, "none of"),
    (#"{"reasoning": "r", "grade": null}"#, "not a word"), (#"{"reasoning": "r", "grade": true}"#, "not a word"),
    (#"{"reasoning": "r", "grade": 1}"#, "not a word"), (#"{"reasoning": "r", "grade": 98989}"#, "not a word"),
    (#"{"reasoning": "r", "grade": ["good"]}"#, "not a word"), (#"{"reasoning": "r", "grade": NaN}"#, "broken"),
    (#"{"reasoning": null, "grade": "good"}"#, "not a text"), (#"{"reasoning": ["r"], "grade": "good"}"#, "not a text"),
    (#"{"reasoning": "r", "pass": true}"#, "no 'grade'"), (#"{"result": {"reasoning": "r", "grade": "good"}}"#, "no 'reasoning'"),
    (good + "\n" + good, "more than one"), (good + #" {"reasoning": "r", "grade": "poor"}"#, "more than one"),
    ("[" + good + "]", "inside a list"), ("[" + good + ", " + good + "]", "more than one"),
    ("The answer {sic} is fine: " + good, "broken"), (good + " }", "outside"), ("} " + good, "outside"),
    ("```json\n" + good, "code fences"), (good + "\n```", "code fences"), ("```\n```\n" + good, "code fences"),
    ("\"" + #"{\"reasoning\": \"r\", \"grade\": \"good\"}"# + "\"", "broken"),
    (String(repeating: "{\"a\":", count: 40) + "1" + String(repeating: "}", count: 40), "nested too deeply"),
  ])
  func aReplyThatWouldHaveToBeGuessedIsUnscored(reply: String, words: String) {
    let given = judge().read(Completion(text: reply))
    #expect(given.outcome == .unscored && given.reason.contains(words), "\(given)")
  }

  @Test(arguments: [
    good, "\n" + good + "\n", "```json\n" + good + "\n```", "```\n" + good + "\n```\n", "I weighed it. " + good,
    good + "\nThat is my grade: poor.",
    #"{"confidence": 0.9, "reasoning": "says {when} ``` }", "grade": "good", "notes": {"a": [1]}}"#, "\u{FEFF}" + good,
  ])
  func aReplyWithOneObjectCountsWhateverSurroundsIt(reply: String) {
    guard case .graded(1, _) = judge().read(Completion(text: reply)) else {
      Issue.record("\(judge().read(Completion(text: reply)))")
      return
    }
  }

  @Test func aReplyThatDidNotEndByItselfIsUnscored() {
    let replies = [
      Completion(text: good, finish: .length), Completion(text: good, finish: .contentFilter), Completion(text: good, finish: .toolCalls),
      Completion(text: good, finish: .other("eos")), Completion(text: good, refusal: "no"), Completion(text: nil),
      Completion(text: good, toolCalls: [ToolCall(name: "grade", arguments: parsed(good))]),
      Completion(text: String(repeating: " ", count: 300_000) + good),
    ]
    for reply in replies { #expect(judge().read(reply).outcome == .unscored, "\(reply.finish)") }
  }

  @Test func aLabelReplyIsExactlyOneWord() {
    let labels = judge(reply: .label)
    #expect(labels.read(Completion(text: " good\n")).outcome == .pass)
    for text in ["good.", "Good", "good poor", good, "**good**"] { #expect(labels.read(Completion(text: text)).outcome == .unscored) }
  }

  @Test func theReasonIsKeptAndBounded() {
    #expect(judge().read(Completion(text: good)) == .graded(1, reason: "says when"))
    let long = judge().read(Completion(text: #"{"reasoning": "\#(String(repeating: "é", count: 5_000))", "grade": "poor"}"#))
    #expect(long.reason.count < 1_100)
  }

  // By hand: grades of the votes (nil: unreadable), votes asked for, grade (nil: unscored). The pass mark is 0.5.
  @Test(
    arguments: [
      ([1.0], 1, 1.0), ([nil], 1, nil), ([], 1, nil), ([1.0, 0.5, 0], 3, 0.5), ([1.0, 0, 0], 3, 0), ([1.0, nil, 1.0], 3, 1),
      ([1.0, nil, 0], 3, nil),
      ([1.0, nil, nil], 3, nil), ([0.5, 0.5, 1, 1, 1], 5, 1), ([0.5, 1, 1, 0, 0], 5, 1), ([0.5, 1, nil, 0, 0], 5, nil),
      ([.nan, 1, 1], 3, 1),
      ([7, 7, 0], 3, nil), ([-1, -1, 0], 3, nil),
    ] as [([Double?], Int, Double?)])
  func moreThanHalfOfAllVotesMustAgree(votes: [Double?], asked: Int, wanted: Double?) {
    let scores = votes.map { $0.map { Score.graded($0, reason: "r") } ?? .unscored(reason: "u") }
    switch majority(scores, of: asked, threshold: 0.5) {
    case .graded(let grade, _): #expect(grade == wanted)
    case .unscored: #expect(wanted == nil)
    case .pass, .fail: Issue.record("a judge gives grades")
    }
  }
}
