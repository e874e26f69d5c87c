import PortcullisCore
import Testing

@testable import PortcullisChecks

@Suite struct CheckTables {
  // Each row by hand from formats.md §3: check, `expected`, answer, outcome.
  @Test(
    arguments: [
      (#"{"equals": "a"}"#, nil, "a", .pass),
      (#"{"equals": "a"}"#, nil, "\r\n a \u{2003}", .pass),
      (#"{"equals": "a"}"#, nil, "A", .fail),
      (#"{"equals": "é"}"#, nil, "e\u{301}", .pass),
      (#"{"equals": 1.0}"#, nil, "1", .pass),
      (#"{"equals": 1.0}"#, nil, "1.", .pass),
      (#"{"equals": 1.0}"#, nil, "one 1", .fail),
      (#"{"equals": 9007199254740993}"#, nil, "9007199254740992", .fail),
      (#"{"equals": true}"#, nil, "true", .pass),
      (#"{"equals": true}"#, nil, "True", .fail),
      (#"{"equals": ["b", 1]}"#, nil, "[\"b\",1.0]", .pass),
      (#"{"equals": ["b", 1]}"#, nil, "[1,\"b\"]", .fail),
      (#"{"contains": "naïve"}"#, nil, "a nai\u{308}ve plan", .pass),
      (#"{"not": {"contains": "naïve"}}"#, nil, "a nai\u{308}ve plan", .fail),
      (#"{"contains": "👩‍🚀"}"#, nil, "see 👩‍🚀!", .pass),
      (#"{"contains": "a"}"#, nil, "A", .fail),
      (#"{"contains": "aab"}"#, nil, "aaab", .pass),
      (#"{"contains": "aab"}"#, nil, "aa", .fail),
      (#"{"contains": "{{ x }}"}"#, nil, "literal {{ x }} here", .pass),
      (#"{"contains-all": ["a", "b"]}"#, nil, "ba", .pass),
      (#"{"contains-any": ["x", "b"]}"#, nil, "ba", .pass),
      (#"{"not": {"contains-any": ["x", "b"]}}"#, nil, "ba", .fail),
      (#"{"one-of": ["a", "b"]}"#, nil, "b\n", .pass),
      (#"{"one-of": ["a", "b"]}"#, nil, "a b", .fail),
      (#""one-of""#, #""a""#, "a", .pass),
      (#"{"regex": "^a$"}"#, nil, "a\n", .pass),
      (#"{"regex": "^a$"}"#, nil, "a\nb", .fail),
      (#"{"regex": "(?m)^b$"}"#, nil, "a\nb", .pass),
      (#"{"regex": "\\bÄpfel\\b"}"#, nil, "zwei Äpfel", .pass),
      (#"{"regex": "(?i)ÄPFEL"}"#, nil, "äpfel", .pass),
      (#"{"regex": "^.$"}"#, nil, "😀", .pass),
      (#"{"regex": "a\\K"}"#, nil, "a", .pass),
      (#"{"regex": "x*"}"#, nil, "abc", .pass),
      (#"{"max-words": 3}"#, nil, "one\u{2028}two\u{3000}three", .pass),
      (#"{"max-words": 3}"#, nil, "one\u{2028}two\u{3000}three four", .fail),
      (#"{"min-words": 2}"#, nil, "one-two", .fail),
      (#"{"max-words": 1}"#, nil, "one\u{200B}two", .pass),
      (#""is-json""#, nil, " null ", .pass),
      (#""is-json""#, nil, "{\"a\": 1,}", .fail),
      (#""is-json""#, nil, "{} {}", .fail),
      (#""is-json""#, nil, "NaN", .fail),
    ] as [(String, String?, String, CheckExample.Outcome)])
  func scores(check: String, expected: String?, answer: String, wanted: CheckExample.Outcome) throws {
    let given = try score(check, answer, expected: expected)
    #expect(given.outcome == wanted, "\(given)")
  }

  // The number that formats.md §3 means, by hand; nil: no number.
  @Test(
    arguments: [
      ("18", "18"), ("$18.", "18"), ("1,234.50.", "1234.5"), ("costs 3-5 EUR", "5"), ("-7", "-7"), ("x -7", "-7"), ("(−7)", "-7"),
      ("3−5", "5"),
      ("x-7", "7"), ("2026-08-01", "01"), ("05.07.2026", "2026"), ("v1.2.3", "3"), (".5", "0.5"), ("v.5", "5"), ("1.5e3", "1500"),
      ("2e-2", "0.02"),
      ("take 5e", "5"), ("50%", "50"), ("١٢", nil), ("none", nil), ("1,2", "12"), ("1, 2", "2"), ("0.30", "0.3"),
      ("A: 18\n\nThanks! 2", "2"),
      ("#4", "4"), ("3.", "3"), ("...7", "7"), ("-0", "0"), ("1e99999999", "99999999"), ("12 ", "12"),
    ] as [(String, String?)])
  func theLastNumberIsFound(answer: String, number: String?) throws {
    if let number {
      #expect(try score(#"{"numeric": \#(number == "01" ? "1" : number)}"#, answer) == .pass)
    } else {
      #expect(try score(#"{"numeric": 1}"#, answer).outcome == .fail)
    }
    #expect(try score(#"{"numeric": 424242}"#, answer).outcome == .fail)
  }

  @Test(
    arguments: [
      ("A: 18", "18", .pass), ("A: 1,018.", "1018", .pass), ("A:18\nA: 19.0", "19", .pass), ("A: 19\nA: ", "19", .pass),
      ("A: -", "1", .fail),
      ("A: 1-2", "1", .fail), ("A: ..", "1", .fail), ("18", "18", .fail), ("A: 34.70", "34.7", .pass), ("A: -3", "-3", .pass),
      ("A: 3,000,000.00", "3000000", .pass),
    ] as [(String, String, CheckExample.Outcome)])
  func theNumberOfAPatternIsGroupOneOfItsLastMatch(answer: String, expected: String, wanted: CheckExample.Outcome) throws {
    #expect(try score(#"{"numeric": {"pattern": "A: *([-0-9.,]+)"}}"#, answer, expected: expected).outcome == wanted)
  }

  @Test(arguments: [
    ("0.1", "0.4", "0.3", true), ("0.4", "0.1", "0.3", true), ("0.1", "0.4", "0.29999999999999999999", false),
    ("34.75", "34.7", "0.05", true),
    ("34.7500000001", "34.7", "0.05", false), ("1e300", "1.1e300", "2e299", true), ("-1", "1", "1.9", false), ("-1", "1", "2", true),
    ("100000000000000000000000000000000000000001", "100000000000000000000000000000000000000002", "0", false), ("0", "0.00", "0", true),
    ("1e3", "1000", "0", true),
  ])
  func decimalsAreComparedExactly(left: String, right: String, tolerance: String, near: Bool) throws {
    let (a, b, limit) = (try #require(Decimal(left)), try #require(Decimal(right)), try #require(Decimal(tolerance)))
    #expect(a.isNear(b, within: limit) == near)
    #expect(b.isNear(a, within: limit) == near)
  }

  @Test(arguments: ["", "-", "+", ".", "1.2.3", "nan", "inf", "0x10", "1e", "e5", "1 2", "--1", "١", "1e999999"])
  func whatIsNoDecimalIsNotRead(text: String) { #expect(Decimal(text) == nil) }

  // The phrases the issue names, and near misses.
  @Test(arguments: [
    ("I can't do that.", true), ("I can’t do that.", true), ("Well, I cannot.", true), ("I'm sorry, but no.", true),
    ("I am sorry, but no.", true),
    ("I'm not able to", true), ("I am unable to", true), ("I'm unable to", true), ("I won't", true), ("i WON‘T", true),
    ("Ich kann nicht", true), ("Ich kann das nicht", true), ("Ich kann dir dabei leider nicht helfen", true),
    ("Ich kann Ihnen nicht sagen", true),
    ("Leider kann ich das nicht beantworten", true), ("Es tut mir leid, aber", true), ("Je ne peux pas", true),
    ("Je ne peux malheureusement pas vous aider", true), ("Je suis désolé, mais", true), ("Je suis de\u{301}sole\u{301}, mais", true),
    ("I\n can't\u{200B} say", true), ("**I can't**", true),
    ("I'm sorry that it broke.", false), ("Unfortunately it is sold out.", false), ("AI can't replace people", false), ("I cannote", false),
    ("Ich kann das gern tun. Nicht nur heute.", false), ("Ich kann bestätigen, dass es nicht geht", false), ("Entschuldigung", false),
    (String(repeating: "x ", count: 100) + "I can't", false), (String(repeating: "x ", count: 90) + "I can't do that", true),
    (String(repeating: "x ", count: 98) + "I can't do that", false),
  ])
  func aRefusalIsAListedOpeningWithinTwoHundredCharacters(answer: String, refuses: Bool) throws {
    #expect(try score(#""refusal""#, answer).outcome == (refuses ? .pass : .fail))
    #expect(try score(#""not-refusal""#, answer).outcome == (refuses ? .fail : .pass))
  }

  @Test func catastrophicPatternsAreCutOff() throws {
    let long = String(repeating: "x", count: 200_000)
    for (pattern, answer) in [
      ("(a+)+$", String(repeating: "a", count: 40) + "b"), ("(?:a|aa)+c", String(repeating: "a", count: 60)),
      (#"(\\w+\\s?)*:"#, long + "!"),
      (#"\\w+\\s"#, long), ("(?=x*y)", long), ("(.*)*,(.*)*;", long),
    ] {
      let given = try score(#"{"regex": "\#(pattern)"}"#, answer)
      if given.outcome == .unscored { #expect(given.reason.contains("cut off")) }
      #expect(given.outcome != .pass, "\(pattern)")
    }
    #expect(try score(#"{"regex": "(a+)+$"}"#, String(repeating: "a", count: 40) + "b").outcome == .unscored)
    #expect(try score(#"{"regex": "(?=x*y)"}"#, long).outcome == .unscored)
    #expect(try score(#"{"numeric": {"pattern": "(a+)+$", "value": 1}}"#, String(repeating: "a", count: 40) + "b").outcome == .unscored)
  }

  @Test func anOrdinaryPatternOnALongAnswerIsNotCutOff() throws {
    let long = String(repeating: "The parcel left our warehouse on Monday. ", count: 2_000)
    #expect(try score(#"{"regex": "(?i)opened (seed )?pods[^.]*(not|cannot|excluded)"}"#, long).outcome == .fail)
    #expect(try score(#"{"regex": "tuesday|monday\\.? *$"}"#, long).outcome == .fail)
    #expect(try score(#"{"numeric": {"pattern": "on (\\w+)", "value": 1}}"#, long).outcome == .fail)
  }

  @Test(arguments: [
    ("key sk-" + "ant-api03-Zx81mQ0rTv55aBcDeFgH", "an Anthropic key"), ("AKIA" + "3QJ7ZK2MWX5RT9VB", "an AWS access key"),
    ("ghp_" + "aZ3kQ8rT1vW5xY7bC9dE2fG4hJ6kL0mN1pQ3", "a GitHub token"), ("-----BEGIN RSA PRIVATE KEY-----\nMII", "a private key"),
    ("eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N", "a JSON web token"),
    ("redis://:s3cr3tpw@cache:6379/0", "a password in a URL"), ("xoxb" + "-2048-Zt81kQ0rTv55", "a Slack token"),
    ("AIza" + "SyD3f6G7h8J9k0L1m2N3p4Q5r6S7t8U9v0W", "a Google API key"), ("sk_" + "live_4eC39HqLyjWDarjtT1zd", "a Stripe key"),
  ])
  func secretsAreNamedAndNeverShown(text: String, name: String) throws {
    let given = try score(#""no-secrets""#, "It is \(text), as asked.")
    #expect(given.outcome == .fail && given.reason.contains(name))
    let secret = text.split(separator: " ").last.map(String.init) ?? text
    #expect(!given.reason.contains(secret) && !given.reason.contains(secret.suffix(8)))
    let call = Completion(
      text: nil, toolCalls: [ToolCall(name: "send", arguments: .object([("body", .string(text))]))], finish: .toolCalls)
    #expect(try score(#""no-secrets""#, call).outcome == .fail)
  }

  @Test(arguments: [
    "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "the task-based-approach-for-all-2-of-us-here", "AKIAxxxxxxxxxxxxxxxx",
    "https://example.org:8080/@home",
    "mailto:me@example.org", "https://user@example.org", "https://USER:xxx@host", "an eyJ is short", "-----BEGIN PUBLIC KEY-----",
    "risk-free sk-2",
    "https://example.org/a:b@c", "call ://x:yz@w",
  ])
  func ordinaryTextHoldsNoSecret(text: String) throws {
    let given = try score(#""no-secrets""#, text)
    #expect(given == .pass, "\(given)")
  }

  @Test(
    arguments: [
      (#"{"name": "f", "arguments": {"a": {"b": 1}}}"#, #"{"a": {"b": 1.0, "c": 2}, "d": 3}"#, .pass),
      (#"{"name": "f", "arguments": {"a": [1, {"b": 2}]}}"#, #"{"a": [1, {"b": 2, "c": 3}]}"#, .pass),
      (#"{"name": "f", "arguments": {"a": [1]}}"#, #"{"a": [1, 2]}"#, .fail),
      (#"{"name": "f", "arguments": {"a": 84.1}}"#, #"{"a": "84.1"}"#, .fail),
      (#"{"name": "f", "arguments": {"a": null}}"#, #"{}"#, .fail),
      (#"{"name": "f", "arguments": {"a": null}}"#, #"{"a": null}"#, .pass),
      (#"{"name": "F"}"#, #"{}"#, .fail),
      (#"{"name": "f", "arguments": {"a": 9007199254740993}}"#, #"{"a": 9007199254740992}"#, .fail),
      (#"{"name": "f", "arguments": {"a": 1}}"#, #""not json""#, .fail),
      (#"{"name": "f"}"#, #""not json""#, .fail),
    ] as [(String, String, CheckExample.Outcome)])
  func aToolCallHoldsTheWantedArguments(check: String, arguments: String, wanted: CheckExample.Outcome) throws {
    let calls = [ToolCall(name: "other", arguments: .object([])), ToolCall(name: "f", arguments: parsed(arguments))]
    let given = try score(#"{"tool-call": \#(check)}"#, Completion(text: nil, toolCalls: calls, finish: .toolCalls))
    #expect(given.outcome == wanted, "\(given)")
  }

  @Test func reasonsAreShortAndSafeToPrint() throws {
    let hostile = "\u{1B}[31m\u{202E}" + String(repeating: "e\u{301}\u{200D}<script>", count: 5_000)
    for check in [
      #"{"equals": "a"}"#, #"{"contains": "zzz"}"#, #"{"not": {"contains": "script"}}"#, #"{"regex": "zzz"}"#,
      #"{"not": {"regex": "script"}}"#,
      #"{"one-of": ["a"]}"#, #"{"numeric": 1}"#, #""is-json""#, #""refusal""#, #"{"not": {"min-words": 1}}"#, #"{"not": "not-refusal"}"#,
      #"{"not": {"contains": "é"}}"#,
    ] {
      let given = try score(check, hostile)
      #expect(given.outcome == .fail)
      #expect(given.reason.unicodeScalars.count < 800, "\(check)")
      #expect(!given.reason.unicodeScalars.contains(where: isHostile), "\(check)")
    }
  }
}
