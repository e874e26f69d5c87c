import PortcullisCore
import PortcullisGate
import Testing

@Suite struct AnswerDifferenceTests {
  private func fields(_ compare: AnswerComparison, _ left: String, _ right: String, ignore: [String] = []) -> [String] {
    AnswerDifference(NoChangeRule(compare: compare, ignore: ignore)).fields(Completion(text: left), Completion(text: right))
  }

  @Test(
    arguments: [
      ("a b", "a b", []), ("a  b\n", "a b", []), ("a b", "a\tb", []), ("ab", "a b", ["text"]), ("Yes", "yes", ["text"]),
      ("caf\u{E9}", "cafe\u{301}", []), ("a\u{200B}b", "ab", []), ("", "a", ["text"]), ("1", "1.0", ["text"]),
    ] as [(String, String, [String])])
  func texts(_ left: String, _ right: String, _ expected: [String]) {
    #expect(fields(.text, left, right) == expected)
  }

  @Test(
    arguments: [
      (#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#, []),
      (#"{"a":1}"#, #"{"a":1.0}"#, []),
      (#"{"a":1}"#, #"{"a":"1"}"#, ["a"]),
      (#"{"a":1}"#, #"{"a":2}"#, ["a"]),
      (#"{"a":null}"#, #"{}"#, ["a"]),
      (#"{"a":1}"#, #"{"a":1,"b":2}"#, ["b"]),
      (#"{"a":{"b":1,"c":2}}"#, #"{"a":{"b":1,"c":3}}"#, ["a.c"]),
      (#"{"a":[1,2]}"#, #"{"a":[2,1]}"#, ["a[*]"]),
      (#"{"a":[1,2]}"#, #"{"a":[1,2,3]}"#, ["a.length"]),
      (#"{"a":[{"p":1},{"p":2}]}"#, #"{"a":[{"p":1},{"p":3}]}"#, ["a[*].p"]),
      ("[1,2]", "[1,3]", ["[*]"]),
      (#"{"a":"caf\u00e9"}"#, "{\"a\":\"cafe\u{301}\"}", []),
      (#"{"a":"x  y"}"#, #"{"a":"x y"}"#, []),
      (#"{"a":true}"#, #"{"a":false}"#, ["a"]),
      (#"{"a":1}"#, "[1]", ["(whole)"]),
      (#"{"a":1}"#, "no JSON", ["text"]),
      ("no JSON", "no  JSON", []),
      ("no JSON", "none", ["text"]),
    ] as [(String, String, [String])])
  func documents(_ left: String, _ right: String, _ expected: [String]) {
    #expect(fields(.json, left, right) == expected)
    #expect(fields(.json, right, left) == expected)
  }

  @Test(
    arguments: [
      (["id"], #"{"id":1,"a":1}"#, #"{"id":2,"a":1}"#, []),
      (["meta"], #"{"meta":{"at":1},"a":1}"#, #"{"meta":{"at":2},"a":1}"#, []),
      (["$.meta.at"], #"{"meta":{"at":1,"by":1}}"#, #"{"meta":{"at":2,"by":2}}"#, ["meta.by"]),
      (["items[*].id"], #"{"items":[{"id":1,"n":1}]}"#, #"{"items":[{"id":2,"n":2}]}"#, ["items[*].n"]),
      (["*.id"], #"{"a":{"id":1},"b":{"id":1}}"#, #"{"a":{"id":2},"b":{"id":2}}"#, []),
      (["i"], #"{"id":1}"#, #"{"id":2}"#, ["id"]),
    ] as [([String], String, String, [String])])
  func ignoredPathsDoNotCount(_ ignore: [String], _ left: String, _ right: String, _ expected: [String]) {
    #expect(fields(.json, left, right, ignore: ignore) == expected)
  }

  private func call(_ name: String, _ arguments: String) -> ToolCall {
    ToolCall(name: name, arguments: (try? JSON(parsing: arguments)) ?? .string(arguments))
  }

  @Test func toolCallsAreComparedByNameAndArgument() {
    func fields(_ left: [ToolCall], _ right: [ToolCall], text: String = "") -> [String] {
      AnswerDifference(NoChangeRule(compare: .toolCalls)).fields(
        Completion(text: nil, toolCalls: left), Completion(text: text, toolCalls: right))
    }
    let refund = call("refund", #"{"order":7,"sum":1}"#)
    #expect(fields([refund], [call("refund", #"{"sum":1.0,"order":7}"#)]) == [])
    #expect(fields([refund], [call("refund", #"{"sum":2,"order":7}"#)]) == ["refund.sum"])
    #expect(fields([refund], [call("cancel", #"{"order":7,"sum":1}"#)]) == ["tool_calls.name"])
    #expect(fields([refund], []) == ["tool_calls.count"])
    #expect(fields([refund], [refund], text: "and a text") == [], "the text does not count")
    #expect(fields([call("refund", "no JSON")], [refund]) == ["refund"])
  }

  /// A candidate that stops calling the tool has changed, whatever it says.
  @Test(arguments: [AnswerComparison.text, .json]) func toolCallsCountInEveryComparison(_ compare: AnswerComparison) {
    let difference = AnswerDifference(NoChangeRule(compare: compare))
    let left = Completion(text: "{}", toolCalls: [call("refund", "{}")]), right = Completion(text: "{}")
    #expect(!difference.fields(left, right).isEmpty)
  }

  @Test func aRefusalIsNoText() {
    #expect(fields(.text, "no", "no") == [])
    let difference = AnswerDifference(NoChangeRule())
    #expect(difference.fields(Completion(text: nil, refusal: "no"), Completion(text: "no")) == ["text"])
  }

  @Test func pathsAreBoundedAndSafeToPrint() {
    let many = "{" + (0..<500).map { "\"f\($0)\":1" }.joined(separator: ",") + "}"
    let others = many.replacing(":1", with: ":2")
    let paths = fields(.json, many, others)
    #expect(paths.count == 64 && paths.contains("(more fields)"))
    #expect(fields(.json, "{\"\\u202eevil\":1}", "{}") == ["\\u{202E}evil"])
    let long = String(repeating: "x", count: 5000)
    let shortened = fields(.json, "{\"\(long)\":1}", "{}").map(\.utf8.count)
    #expect(shortened.count == 1 && shortened[0] < 300)
  }

  /// Only the field that changed is named, among noise in another one.
  @Test func theFieldThatDiffersIsNamed() {
    let pairs = (0..<400).map { number -> ShadowPair in
      func says(_ status: String, _ place: Int) -> String { #"{"status":"\#(status)","note":"\#((number * 3 + place) % 5)"}"# }
      return shadowPair(
        "p\(number)", production: says("open", 0), candidate: says(number % 4 == 0 ? "closed" : "open", 1), noise: says("open", 2),
        asked: "question \(number)", tags: [Case.Tag(name: "language", value: number % 8 < 4 ? "de" : "en")])
    }
    let policy = ShadowPolicy(rules: [ShadowPolicyRule(.noChange(NoChangeRule(compare: .json)))])
    let rulings = shadow(pairs, policy).rulings
    #expect(rulings.compactMap(\.metric) == ["field status"])
    #expect(rulings.first { $0.metric != nil }?.advisory == true)
    // Ignoring the noisy field makes the whole answer comparable again.
    let quiet = ShadowPolicy(rules: [ShadowPolicyRule(.noChange(NoChangeRule(compare: .json, ignore: ["note"])))])
    #expect(shadow(pairs, quiet).verdict == .review)
    let none = ShadowPolicy(rules: [ShadowPolicyRule(.noChange(NoChangeRule(compare: .toolCalls)))])
    #expect(shadow(pairs, none).rulings[0].reason == .nothingWeighed)
  }

  @Test func theSliceThatDiffersIsNamed() {
    let pairs = drawnPairs(600, noise: 0.2, seed: 3).map { pair in
      var pair = pair
      if pair.tags[0].value == "de" { pair.candidate = ShadowAnswer(.completion(Completion(text: "changed \(pair.id)")), score: 1) }
      return pair
    }
    let slices = shadow(pairs).rulings.filter { $0.rule == "no-change" && $0.slice != nil }
    #expect(slices.map { $0.slice?.value } == ["de", "en"])
    #expect(slices.map(\.verdict) == [.review, .pass], "\(slices.map(\.sentence))")
    #expect(slices.allSatisfy { $0.advisory })
  }
}
