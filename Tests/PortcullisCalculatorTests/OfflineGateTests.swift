import PortcullisCalculator
import PortcullisCore
import PortcullisStatistics
import Testing

@Suite struct OfflineGateTests {
  /// An offline request; lists are written as JSON.
  private func decide(
    _ candidate: String, _ production: String, clusters: String? = nil, kind: String = "paired_binary", margin: String = "0.1",
    alpha: String = "0.05", name: String = "candidate"
  ) -> JSON {
    var conversation = Conversation()
    let groups = clusters.map { ",\"clusters\":\($0)" } ?? ""
    return conversation.ask(
      "{\"op\":\"offline\",\"id\":\"7\",\"kind\":\"\(kind)\",\"margin\":\(margin),\"alpha\":\(alpha),\"\(name)\":\(candidate),\"production\":\(production)\(groups)}"
    )
  }

  private func list(_ values: [String]) -> String { "[" + values.joined(separator: ",") + "]" }

  /// 0/1 scores of pairs: `b` lost, `c` gained, the rest passed by both, then `missing` without the candidate's score.
  private func pairs(b: Int, c: Int, n: Int, missing: Int = 0) -> (candidate: String, production: String) {
    func repeated(_ text: String, _ count: Int) -> [String] { [String](repeating: text, count: count) }
    return (
      list(repeated("0", b) + repeated("1", n - b) + repeated("null", missing)),
      list(repeated("1", b) + repeated("0", c) + repeated("1", n - b - c) + repeated("1", missing))
    )
  }

  // The same rule by its own method, whose vectors hold.
  @Test(arguments: [(b: 10, c: 9, n: 500, missing: 0), (5, 5, 500, 8), (5, 5, 500, 9), (30, 2, 300, 0), (0, 0, 20, 0), (3, 0, 40, 40)])
  func binaryScoresGoByTango(_ row: (b: Int, c: Int, n: Int, missing: Int)) {
    let (candidate, production) = pairs(b: row.b, c: row.c, n: row.n, missing: row.missing)
    let answer = decide(candidate, production, margin: "0.03")
    let inputs = "{\"b\":\(row.b),\"c\":\(row.c),\"n\":\(row.n),\"missing\":\(row.missing),\"margin\":0.03,\"alpha\":0.05}"
    let known = compute("missing_worst_case", inputs)["outputs"]
    #expect(answer["verdict"] == known?["verdict"])
    #expect(answer["lower_with_missing"] == known?["worst_lower"])
    #expect(answer["n"] == .int(row.n) && answer["missing"] == .int(row.missing) && answer["id"] == .string("7"))
  }

  @Test func gradesGoByTheAugmentedBound() {
    let candidate = list((0..<300).map { "0.8\($0 % 7)" }), production = list((0..<300).map { "0.8\($0 % 5)" })
    let names = list((0..<300).map { "\"c\($0 / 10)\"" })
    for clusters in [nil, names] {
      let answer = decide(candidate, production, clusters: clusters, kind: "paired_graded", margin: "0.05")
      let known = compute(
        "ni_graded",
        "{\"candidate\":\(candidate),\"production\":\(production),\"clusters\":\(clusters ?? "null"),\"margin\":0.05,\"alpha\":0.05}")[
          "outputs"]
      for key in ["verdict", "lower", "upper", "estimate"] { #expect(answer[key] == known?[key], "\(key)") }
      #expect(answer["verdict"] == .string(clusters == nil ? "PASS" : "INCONCLUSIVE"))
    }
  }

  @Test func clusteredPassesAreGraded() {
    let (candidate, production) = pairs(b: 4, c: 4, n: 400)
    let names = list((0..<400).map { "\($0 / 10)" })
    let answer = decide(candidate, production, clusters: names)
    let known = compute(
      "ni_graded", "{\"candidate\":\(candidate),\"production\":\(production),\"clusters\":\(names),\"margin\":0.1,\"alpha\":0.05}")[
        "outputs"]
    #expect(answer["lower"] == known?["lower"] && answer["lower"] != decide(candidate, production)["lower"])
  }

  /// The reading of §1.4 by hand: the lost pair is a difference of −1 in its own cluster.
  @Test func aMissingPairCountsAsTheWorstInItsCluster() {
    let answer = decide(
      "[1,1,null,1]", "[1,1,1,1]", clusters: "[\"a\",\"a\",\"b\",\"b\"]", kind: "paired_graded", margin: "0.9", alpha: "0.5")
    let worst = compute("augmented_t", #"{"d":[0,0,-1,0],"clusters":["a","a","b","b"],"alpha":0.5}"#)["outputs"]
    #expect(answer["lower_with_missing"] == worst?["lower"])
    #expect(answer["missing"] == .int(1) && answer["n"] == .int(3))
  }

  @Test func anIntegerClusterAndOneWrittenWithAPointAreOne() {
    let split = decide("[1,1,0,0]", "[1,1,1,1]", clusters: "[1,1,2,2]", kind: "paired_graded", alpha: "0.4")
    #expect(decide("[1,1,0,0]", "[1,1,1,1]", clusters: "[1.0,1,2,2e0]", kind: "paired_graded", alpha: "0.4") == split)
    #expect(decide("[1,1,0,0]", "[1,1,1,1]", clusters: "[1,\"1\",2,2]", kind: "paired_graded", alpha: "0.4") != split)
  }

  @Test(arguments: ["paired_binary", "paired_graded"]) func nothingToCompareIsInconclusive(kind: String) {
    for (candidate, production) in [("[]", "[]"), ("[null]", "[1]"), ("[null,1]", "[0,null]")] {
      for clusters in [nil, candidate == "[]" ? "[]" : candidate == "[null]" ? "[1]" : "[1,2]"] {
        let answer = decide(candidate, production, clusters: clusters, kind: kind)
        #expect(answer["verdict"] == .string("INCONCLUSIVE"))
        #expect(answer["estimate"] == .null && answer["lower"] == .null)
        #expect(answer["reason"] == .string(candidate == "[]" ? "too-few-cases" : "missing-evidence"))
      }
    }
  }

  @Test func theReasonSaysWhetherItIsTheMissingPairsThatBlock() {
    let (candidate, production) = pairs(b: 5, c: 5, n: 500, missing: 30)
    #expect(decide(candidate, production, margin: "0.03")["reason"] == .string("missing-evidence"))
    #expect(decide("[1,1]", "[1,1]")["reason"] == .string("cannot-exclude-margin"))
    let (worse, before) = pairs(b: 60, c: 0, n: 100)
    #expect(decide(worse, before)["reason"] == .string("beyond-limit"))
  }

  @Test(arguments: [
    ("[1,2]", "[1,1]", "paired_binary", "0.1", "0.05", "'candidate[1]' is 2; it must be 0, 1 or null"),
    ("[0.5]", "[1]", "paired_binary", "0.1", "0.05", "'candidate[0]' is 0.5; it must be 0, 1 or null"),
    ("[1]", "[1.1]", "paired_graded", "0.1", "0.05", "'production[0]' is 1.1; it must be a number from 0 to 1 or null"),
    ("[1]", "[-0.1]", "paired_graded", "0.1", "0.05", "'production[0]' is -0.1; it must be a number from 0 to 1 or null"),
    ("[1]", "[\"nan\"]", "paired_graded", "0.1", "0.05", "'production[0]' is 'nan'; it must be a score or null"),
    ("[true]", "[1]", "paired_binary", "0.1", "0.05", "'candidate[0]' is true; it must be a score or null"),
    (
      "[1,1]", "[1]", "paired_binary", "0.1", "0.05",
      "'candidate' has 2 elements and 'production' has 1; they must have one for each case, in one order"
    ),
    ("7", "[1]", "paired_binary", "0.1", "0.05", "'candidate' is 7; it must be a list of scores and nulls"),
    ("[1]", "[1]", "paired_binary", "0", "0.05", "'margin' is 0; it must be a number above 0 to at most 1"),
    ("[1]", "[1]", "paired_binary", "\"nan\"", "0.05", "'margin' is 'nan'; it must be a number above 0 to at most 1"),
    ("[1]", "[1]", "paired_binary", "0.1", "0.6", "'alpha' is 0.6; it must be a number from 1e-12 to 0.5"),
    ("[1]", "[1]", "paired_binary", "0.1", "null", "'alpha' is missing: one-sided error rate; it must be a number from 1e-12 to 0.5"),
    (
      "[1]", "[1]", "paired_binray", "0.1", "0.05",
      "'kind' is 'paired_binray'; it must be one of \"paired_binary\", \"paired_graded\"; did you mean \"paired_binary\"?"
    ),
  ])
  func aMalformedRequestIsAnError(_ row: (String, String, String, String, String, String)) {
    let answer = decide(row.0, row.1, kind: row.2, margin: row.3, alpha: row.4)
    #expect(answer["error"]?.string == row.5)
    #expect(answer["id"] == .string("7") && answer["verdict"] == nil)
  }

  @Test func clustersMustBeOnePerCaseAndNamed() {
    #expect(decide("[1]", "[1]", clusters: "[]")["error"]?.string?.hasPrefix("'candidate' has 1 elements and 'clusters' has 0") == true)
    #expect(decide("[1]", "[1]", clusters: "[1.5]")["error"]?.string == "'clusters[0]' is 1.5; it must be text or a whole number")
    #expect(decide("[1]", "[1]", clusters: "\"a\"")["error"]?.string == "'clusters' is 'a'; it must be null or a list of names")
  }

  @Test func aMisspeltKeyIsAnErrorAndNotADefault() {
    #expect(decide("[1]", "[1]", name: "candidates")["error"]?.string == "unknown key 'candidates'; did you mean 'candidate'?")
  }

  // MARK: the quick way of reading

  /// Elements of lists in many spellings, right and wrong.
  private static let spellings = [
    "0", "1", "0.5", "0.25", "1.0", "null", "0.123456789012345", "0.1234567890123456", "0.12345678901234567890", "1e-3", "5E-1", "0.5e0",
    "1e0",
    "0.000000000000001", "1e-320", "-0", "-0.0", "01", "1.", ".5", "+1", "00", "0.", "nul", "nulll", "1e", "1e+", "1e999", "NaN",
    "Infinity", "--1",
    "0x1", "\"0.5\"", "[0]", "{}", "", " 1 ", "\t0\r", "1 1", "0.5,", "1_0", "2", "1.0000000000000002", "123456789012345678",
    "0.30000000000000004", "0.1234567890123456789", "0.00000000000000000001", "0.99999999999999999",
    "0.999999999999999944488848768742172978818416595458984375",
    "10000000000000000000", "100000000000000000000.5", "123456789012345678901", "000000000000000000000", "0.5000000000000000000000000e0",
  ]

  /// An escape in a name sends a line the slow way; both must say the same.
  @Test(arguments: spellings) func theQuickWayReadsAsTheStrictOne(_ spelling: String) {
    let ones = [String](repeating: "1", count: 150)
    for kind in ["paired_graded", "paired_binary"] {
      for place in [0, 70, 149] {
        var scores = ones
        scores[place] = spelling
        let quick = decide(list(scores), list(ones), kind: kind)
        let strict = decide(list(scores), list(ones), kind: kind, name: "c\\u0061ndidate")
        // Where the text breaks, it does so five bytes later.
        #expect(quick["error"] == nil ? quick == strict : strict["error"] != nil, "\(quick.compactText) \(strict.compactText)")
        if quick["id"] != .null { #expect(quick == strict) }
      }
    }
  }

  @Test(arguments: ["", " ", "}", ",", ",}", "]", "}}", "} x", ",\"candidate\":[1]}", ",\"kind\":\"paired_graded\"}", "\"}"])
  func aLineThatEndsWronglyIsAnError(_ end: String) {
    let ones = list([String](repeating: "1", count: 150))
    var conversation = Conversation()
    let line =
      "{\"op\":\"offline\",\"id\":1,\"kind\":\"paired_binary\",\"margin\":0.1,\"alpha\":0.05,\"candidate\":\(ones),\"production\":\(ones)"
    let answer = conversation.ask(line + end)
    if end == "}" {
      #expect(answer["verdict"] == .string("PASS"))
    } else {
      #expect(answer["error"] != nil && answer["id"] == .null, "\(answer)")
    }
  }
}
