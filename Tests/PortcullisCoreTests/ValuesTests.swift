import PortcullisCore
import Testing

@Suite struct Units {
  @Test(arguments: [("0.02", 0.02), ("2%", 0.02), ("0", 0.0), ("1", 1.0), ("100%", 1.0), ("0.5%", 0.005)])
  func sharesAreRead(_ text: String, _ value: Double) throws { #expect(try parseShare(text) == value) }

  @Test(arguments: [
    ("5", "did you mean '5%'?"), ("-0.1", "write a share"), ("nan", "write a share"), ("101%", "write a share"), ("", "write a share"),
    ("0x1", "write"),
    ("+0.5", "write"), ("1e999", "write"),
  ])
  func whatIsNoShareIsRefused(_ text: String, _ help: String) {
    let problem = #expect(throws: UnitProblem.self) { try parseShare(text) }
    #expect(problem?.help?.contains(help) == true)
  }

  @Test(arguments: [
    ("300ms", 300_000), ("2s", 2_000_000), ("1.5s", 1_500_000), ("30m", 1_800_000_000), ("24h", 86_400_000_000), ("90d", 7_776_000_000_000),
  ])
  func durationsAreRead(_ text: String, _ micro: Int) throws { #expect(try parseDuration(text).microseconds == micro) }

  @Test(arguments: ["2", "-2s", "s", "infs", "2 weeks", "nans", "99999999d"])
  func whatIsNoDurationIsRefused(_ text: String) { #expect(throws: UnitProblem.self) { try parseDuration(text) } }

  @Test(arguments: [("20 USD", 20_000_000, "20.00 USD"), ("0.15 USD", 150_000, "0.15 USD"), ("0.000001 EUR", 1, "0.000001 EUR")])
  func moneyIsExact(_ text: String, _ micro: Int, _ shown: String) throws {
    let money = try Money(parsing: text)
    #expect(money.micro == micro)
    #expect(money.description == shown)
  }

  @Test(arguments: ["20", "USD 20", "20 usd", "-1 USD", "0.0000001 USD", "1e3 USD", "99999999999999999999 USD"])
  func whatIsNoMoneyIsRefused(_ text: String) { #expect(throws: UnitProblem.self) { try Money(parsing: text) } }

  @Test(arguments: [("3000", 3000), ("60k", 60_000), ("2M", 2_000_000), ("1.5k", 1500)])
  func ratesAreRead(_ text: String, _ rate: Int) throws { #expect(try parseRate(text) == rate) }

  @Test(arguments: ["0", "-1", "1.5", "k", "1e30", "99999999999999999999"])
  func whatIsNoRateIsRefused(_ text: String) { #expect(throws: UnitProblem.self) { try parseRate(text) } }

  @Test(arguments: [
    (340_000, "340 ms"), (2_500_000, "2.5 s"), (9_400, "9.4 ms"), (200_000_000, "3 min 20 s"), (3_900_000_000, "1 h 05 min"),
    (59_990_000, "60.0 s"),
  ])
  func durationsAreShownShort(_ micro: Int, _ text: String) { #expect(Duration.microseconds(micro).short == text) }

  @Test(arguments: [
    (0.05, 2, "0.05"), (-0.001, 2, "0.00"), (2.5, 0, "3"), (-1.25, 1, "-1.3"), (.nan, 2, "undefined"), (1e300, 2, "1e+300"),
  ])
  func numbersAreShownFixed(_ value: Double, _ decimals: Int, _ text: String) { #expect(fixed(value, decimals) == text) }
}

@Suite struct Ids {
  @Test(arguments: ["a", "refund-window", "support/7#2", "Größe", "日本", String(repeating: "x", count: 200)])
  func printableTextIsAnId(_ text: String) { #expect(CaseID(text)?.text == text) }

  @Test(arguments: [
    ("", "empty"), (" a", "blank"), ("a ", "blank"), ("a..b", "'..'"), ("a\nb", "U+000A"), ("a\u{202E}b", "U+202E"),
    ("a\u{200B}b", "U+200B"), ("a\0b", "U+0000"),
    ("e\u{301}", "NFC"), (String(repeating: "x", count: 201), "200 bytes"), ("a\u{E000}", "printable"),
  ])
  func whatCouldDeceiveIsNoId(_ text: String, _ says: String) {
    #expect(CaseID(text) == nil)
    #expect(problem(inID: text)?.contains(says) == true, "\(problem(inID: text) ?? "accepted")")
  }

  @Test func runIdsAreLowerCaseHex() {
    #expect(RunID("00ff1234abcd") != nil)
    #expect(RunID("00FF1234ABCD") == nil)
    #expect(RunID("00ff1234abc") == nil)
    #expect(RunID(random: [0, 255, 16, 1, 2, 3]).text == "00ff10010203")
  }
}

@Suite struct Targets {
  @Test func aPortOfThisMachineDoesNotChangeTheDigest() {
    let at = { (url: String) in Target(name: "a", provider: "openai", model: "m", baseURL: url).digest }
    #expect(at("http://127.0.0.1:8000/v1") == at("http://localhost:9000/v1"))
    #expect(at("http://10.0.0.7:8000/v1") != at("http://10.0.0.8:8000/v1"))
    #expect(at("http://127.0.0.1.example.com/v1") != at("http://127.0.0.1/v1"))
  }

  @Test(arguments: [
    ("m", true), ("m-2026-08-01", true), ("m-20260801", true), ("m-0801", true), ("m-mini", false), ("n", false), ("m-1", false),
    ("m2-2026", false),
  ])
  func aServedNameCountsWhenItIsTheModelOrItsDatedForm(_ served: String, _ counts: Bool) {
    #expect(Target(name: "a", provider: "openai", model: "m").accepts(servedModel: served) == counts)
  }

  @Test func namesThatCountCanBeListed() {
    let target = Target(name: "a", provider: "openai", model: "router", answersAs: ["big-*", "small"])
    #expect(target.accepts(servedModel: "big-7"))
    #expect(target.accepts(servedModel: "small"))
    #expect(!target.accepts(servedModel: "small-2"))
    #expect(target.accepts(servedModel: nil))
  }

  // 1,000 input (200 cached) at 0.15 and 0.075, 500 output at 0.60 USD a million: 120 + 15 + 300 = 435 micro-dollars.
  @Test func costsAreExact() {
    let price = Price(inputNano: 150, cachedInputNano: 75, outputNano: 600, currency: "USD")
    #expect(price.cost(of: TokenUsage(input: 1000, output: 500, cachedInput: 200)) == 435)
    #expect(price.cost(of: TokenUsage(input: 1, output: 0)) == 1)
    #expect(price.cost(of: TokenUsage(input: 1000)) == nil)
    #expect(price.cost(of: TokenUsage(input: .max, output: 1)) == nil)
  }

  @Test(arguments: [
    ("abc", "abc", true), ("abc", "a*c", true), ("abc", "*", true), ("abc", "a*b", false), ("", "*", true), ("aXbXc", "a*b*c", true),
    ("ab", "abc", false),
  ])
  func globsMatchWholeTexts(_ text: String, _ pattern: String, _ matches: Bool) { #expect(matchesGlob(text, pattern) == matches) }
}

@Suite struct Words {
  @Test func theNearestWordIsSuggested() {
    #expect(suggestion(for: "contians", among: ["contains", "regex", "equals"]) == "did you mean 'contains'?")
    #expect(suggestion(for: "zzz", among: ["contains", "regex"]) == "known here: contains, regex")
    #expect(editDistance("ab", "ba") == 1)
  }

  @Test func hostileCharactersBecomeVisible() {
    #expect(visible("a\u{1B}[31m\u{202E}b\nc") == "a\\u{1B}[31m\\u{202E}b\\nc")
    #expect(visible("plain ü 日本") == "plain ü 日本")
    #expect(visible("a\nb", keepingLines: true) == "a\nb")
  }

  @Test func diagnosticsReadAsEditorsExpect() {
    let problem = Diagnostic(
      .error, "unknown key 'modle'", at: Place(file: "portcullis.yaml", line: 3, column: 5), help: "did you mean 'model'?")
    #expect(problem.description == "portcullis.yaml:3:5: error: unknown key 'modle'\n  help: did you mean 'model'?")
  }
}

@Suite struct CaseRecords {
  @Test func aCaseReadsBackAsItWasWritten() throws {
    let prompt = PromptText("Hello {{ name }}")
    let full = Case(
      id: CaseID("a")!, evalset: "support", input: .template(prompt), vars: JSONObject([("name", .string("Ada"))]), expected: .int(3),
      context: [ContextDocument(id: "d", text: "t", readers: ["x"])],
      checks: [CheckSpec(kind: "not", argument: .object([("contains", .string("x"))]), weight: 2, metric: "m", threshold: 0.5, name: "n")],
      behaviour: "b",
      tags: [.init(name: "language", value: "de")], severity: .critical, origin: .incident, cluster: "c", repeats: 3, threshold: 0.8,
      incident: Incident(id: "i", severity: .p0, state: .guarded, opened: "2026-01-01", badOutput: "bad", demand: "all"), allowEmpty: true,
      allowTruncated: true,
      quarantine: Quarantine(owner: "o", reason: "r", expires: "2027-01-01"), metadata: JSONObject([("k", .bool(true))]))
    let stored = try JSON(parsing: full.json.canonicalBytes)
    #expect(Case(json: stored) { $0 == prompt.digest ? prompt : nil } == full)
    #expect(Case(json: stored) { _ in nil } == nil)
    let talk = Case(id: CaseID("t")!, evalset: "s", input: .turns([.init(user: "hi", checks: [])]), checks: [CheckSpec(kind: "is-json")])
    #expect(Case(json: try JSON(parsing: talk.json.canonicalBytes)) { _ in nil } == talk)
  }

  @Test func aCompletionReadsBackAsItWasWritten() throws {
    let full = Completion(
      text: "t", toolCalls: [ToolCall(name: "f", arguments: .object([("a", .int(1))]))], finish: .other("x"), refusal: "r",
      usage: TokenUsage(input: 1, output: 2, cachedInput: 0, reasoning: 1), latency: .microseconds(1500), ttft: .milliseconds(1),
      servedModel: "m", responseID: "i")
    #expect(Completion(json: try JSON(parsing: full.json.compactBytes)) == full)
    #expect(Completion(json: .object([("text", .int(3))])) == nil)
    #expect(Completion(json: .object([("usage", .object([("input", .int(-1))]))])) == nil)
    #expect(Completion(json: .object([("latency_ms", .int(-1))])) == nil)
  }
}
