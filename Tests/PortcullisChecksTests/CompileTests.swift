import PortcullisCore
import Testing

@testable import PortcullisChecks

@Suite struct CompileTests {
  /// Rows Y44, Y48 and others of reliability.md §12, with a word that the message or its help must hold.
  @Test(arguments: [
    (#"{"contains": ""}"#, "empty"),
    (#"{"contains": " \u200b "}"#, "empty"),
    (#""contains""#, "needs a text"),
    (#"{"contains": 4.90}"#, #"in quotes: "4.90""#),
    (#"{"contains": ["a"]}"#, "a list"),
    (#"{"contains-any": "a"}"#, "the text 'a'"),
    (#"{"contains-any": []}"#, "empty list"),
    (#"{"contains-all": ["a", ""]}"#, "empty"),
    (#"{"one-of": []}"#, "empty list"),
    (#""one-of""#, "'expected'"),
    (#"{"regex": "(14 days"}"#, "at character 9"),
    (#"{"regex": "ä[z-a]"}"#, "at character 5"),
    (#"{"regex": "a(?=b\\K)"}"#, "wrong at character"),
    (#"{"regex": "\\C"}"#, "wrong at character"),
    (#"{"regex": ""}"#, "empty"),
    (#"{"max-words": -1}"#, "from 1 to"),
    (#"{"max-words": 0}"#, "from 1 to"),
    (#"{"max-words": 2.5}"#, "from 1 to"),
    (#"{"max-words": "12"}"#, "the text '12'"),
    (#"{"min-words": 1e30}"#, "from 1 to"),
    (#""equals""#, "'expected'"),
    (#""numeric""#, "'expected'"),
    (#"{"numeric": "many"}"#, "the text 'many'"),
    (#"{"numeric": {"value": 1, "tolerance": -0.1}}"#, "0 or more"),
    (#"{"numeric": {"value": 1, "tolerance": "nan"}}"#, "0 or more"),
    (#"{"numeric": {"value": 1, "tolerence": 1}}"#, "did you mean 'tolerance'?"),
    (#"{"numeric": {"value": 1, "pattern": "A: [0-9]+"}}"#, "no group"),
    (#"{"is-json": true}"#, "takes no argument"),
    (#"{"no-secrets": {}}"#, "takes no argument"),
    (#"{"tool-call": {"arguments": {}}}"#, "'name'"),
    (#"{"tool-call": {"name": "a", "argument": {}}}"#, "did you mean 'arguments'?"),
    (#"{"tool-call": {"name": "a", "arguments": []}}"#, "a list"),
    (#"{"tool-call": "create_refund"}"#, "the text 'create_refund'"),
    (#"{"latency": 2}"#, "the number 2"),
    (#"{"latency": "2 parsecs"}"#, "no duration"),
    (#"{"latency": "0s"}"#, "no answer can keep"),
    (#"{"cost": "0.01"}"#, "no amount of money"),
    (#"{"cost": "-1 USD"}"#, "no amount of money"),
    (#"{"judge": "helpfull"}"#, "did you mean 'helpful'?"),
    (#"{"not": {"contains": "a", "regex": "b"}}"#, "one check"),
    (#""not""#, "one check"),
    (#"{"not": {"regex": "("}}"#, "at character 2"),
    (#"{"contians": "a"}"#, "did you mean 'contains'?"),
    (#"{"not": {"contians": "a"}}"#, "did you mean 'contains'?"),
    (#"{"toolcall": {"name": "a"}}"#, "did you mean 'tool-call'?"),
  ])
  func aBadArgumentIsRefusedInWordsThatHelp(check: String, words: String) {
    let found = problems(subject([spec(check)]))
    #expect(found.count == 1)
    let text = found.map { "\($0.diagnostic.message) \($0.diagnostic.help ?? "")" }.joined()
    #expect(text.contains(words), "\(text)")
    #expect(found.allSatisfy { $0.index == 0 && $0.turn == nil && $0.diagnostic.severity == .error })
  }

  @Test func allProblemsComeAtOnceWithTheirPlaces() {
    let turns = [
      CaseInput.Turn(user: "a", checks: []), CaseInput.Turn(user: "b", checks: [spec(#""is-json""#), spec(#"{"contains": ""}"#)]),
    ]
    let found = problems(subject([spec(#"{"contains": "a"}"#), spec(#"{"regex": "("}"#), spec(#""isjson""#)], turns: turns, threshold: 2))
    #expect(found.map(\.index) == [1, 2, 1, nil])
    #expect(found.map(\.turn) == [nil, nil, 1, nil])
  }

  @Test func aPatternOverFourKilobytesIsRefused() {
    let fits = String(repeating: "a", count: 4096)
    #expect(problems(subject([spec(#"{"regex": "\#(fits)"}"#)])).isEmpty)
    #expect(problems(subject([spec(#"{"regex": "\#(fits)b"}"#)])).count == 1)
  }

  @Test func twoHundredChecksAreTheLimit() {
    let one = spec(#""is-json""#)
    #expect(problems(subject(Array(repeating: one, count: 200))).isEmpty)
    #expect(problems(subject(Array(repeating: one, count: 201))).map(\.index) == [nil])
  }

  @Test func aCaseWithoutACheckIsRefused() {
    #expect(problems(subject([])).count == 1)
    #expect(problems(subject([], turns: [CaseInput.Turn(user: "a", checks: [])])).count == 1)
    #expect(problems(subject([], turns: [CaseInput.Turn(user: "a", checks: [spec(#""is-json""#)])])).isEmpty)
  }

  @Test(arguments: [0, -0.1, 1.01, .nan, .infinity, -.infinity])
  func aThresholdThatCannotBeIsRefused(threshold: Double) {
    #expect(problems(subject([spec(#""is-json""#)], threshold: threshold)).count == 1)
  }

  @Test(arguments: [0, -1, .nan, .infinity])
  func aWeightThatWeighsNothingIsRefused(weight: Double) {
    #expect(problems(subject([spec(#""is-json""#, weight: weight)])).count == 1)
  }

  @Test func aThresholdOfACheckIsForGradesAndMustBeReachable() throws {
    #expect(problems(subject([spec(#""is-json""#, threshold: 0.5)])).count == 1)
    #expect(problems(subject([spec(#"{"judge": "helpful"}"#, threshold: 1)])).isEmpty)
    #expect(problems(subject([spec(#"{"judge": "helpful"}"#, threshold: .nan)])).count == 1)
    let low = try Rubric(
      name: "helpful", fields: parsed(#"{"kind": "graded", "grades": {"poor": 0, "fair": 0.6}, "pass": 0.5}"#).object!, body: "b")
    #expect(problems(subject([spec(#"{"judge": "helpful"}"#, threshold: 0.7)]), judges: ["helpful": judge(low)]).count == 1)
  }

  @Test func aReferenceRubricNeedsAnExpectedAnswer() throws {
    let rubric = try Rubric(name: "same", fields: parsed(#"{"kind": "reference"}"#).object!, body: "Does it say the same?")
    #expect(problems(subject([spec(#"{"judge": "same"}"#)]), judges: ["same": judge(rubric)]).count == 1)
    #expect(problems(subject([spec(#"{"judge": "same"}"#)], expected: "42"), judges: ["same": judge(rubric)]).isEmpty)
  }

  @Test func aCaseSaysWhatItsChecksNeed() throws {
    #expect(try compiled(subject([spec(#""is-json""#)])).needs == [])
    #expect(try compiled(subject([spec(#"{"latency": "2s"}"#), spec(#"{"not": {"cost": "1 EUR"}}"#)])).needs == [.latency, .cost])
    let judged = try compiled(subject([spec(#"{"not": {"judge": "helpful"}}"#)]))
    #expect(judged.needs == .judge && judged.checks[0].isJudged)
  }

  @Test func labelsNameTheCheckTheJudgeAndTheNegation() throws {
    let checks = try compiled(
      subject([
        spec(#"{"contains": "a"}"#), spec(#"{"not": {"contains": "a"}}"#), spec(#"{"judge": "helpful"}"#),
        spec(#"{"not": {"judge": "helpful"}}"#),
        spec(#"{"not": "is-json"}"#), spec(#""is-json""#, name: "machine-readable"),
      ]))
    #expect(
      checks.checks.map(\.label) == ["contains", "not contains", "judge helpful", "not judge helpful", "not is-json", "machine-readable"])
  }

  @Test func patternsThatDifferOnlyInTheirBytesAreTwoPatterns() throws {
    var cache = PatternCache()
    let composed = try cache.pattern("é"), decomposed = try cache.pattern("e\u{301}")
    #expect(composed !== decomposed)
    #expect(try cache.pattern("é") === composed)
  }
}
