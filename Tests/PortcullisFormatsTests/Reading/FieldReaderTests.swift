import PortcullisCore
import PortcullisFormats
import Testing

struct FieldReaderTests {
  /// Reads the one field `v` of a YAML mapping; what came of it, and what was said.
  private func read<Value>(_ written: String, _ get: (inout FieldReader) -> Value?) throws -> (value: Value?, said: [String]) {
    let list = ProblemList()
    let root = try #require(try readYAML(Array("v: \(written)\n".utf8), file: "f"))
    var reader = try #require(FieldReader(root, "the test", FileProblems(file: "f", list)))
    let value = get(&reader)
    reader.finish()
    return (value, list.diagnostics.map(\.description))
  }

  @Test(arguments: [("0.02", 0.02), ("2%", 0.02), ("\"2%\"", 0.02), ("1", 1.0), ("0", 0.0)])
  func sharesAreReadEitherWay(_ row: (written: String, value: Double)) throws {
    let (value, said) = try read(row.written) { $0.share("v") }
    #expect(value == row.value)
    #expect(said == [])
  }

  @Test(arguments: [
    ("80", "f:1:4: error: 'v': '80' is not within 0 and 1\n  help: did you mean '80%'?"),
    ("-0.1", "f:1:4: error: 'v': '-0.1' is not within 0 and 1\n  help: write a share from 0 to 1, as in '0.02', or a per cent, as in '2%'"),
    (
      "101%",
      "f:1:4: error: 'v': '101%' is not within 0 and 100%\n  help: write a share from 0 to 1, as in '0.02', or a per cent, as in '2%'"
    ),
    ("[1]", "f:1:4: error: 'v' is a list; it must be a share"),
  ])
  func otherSharesAreRefused(_ row: (written: String, said: String)) throws {
    let (value, said) = try read(row.written) { $0.share("v") }
    #expect(value == nil)
    #expect(said == [row.said])
  }

  @Test func aPerCentIsSuggestedWhereOnlyThatFits() throws {
    let (_, said) = try read("0.8") { $0.share("v", in: 0...0.5) }
    #expect(said == ["f:1:4: error: 'v' is 0.8; it must be from 0 to 0.5\n  help: did you mean '0.8%'?"])
  }

  @Test func unitsAreDemanded() throws {
    #expect(try read("2s") { $0.duration("v") }.value == .seconds(2))
    #expect(try read("2") { $0.duration("v") }.said.first?.hasPrefix("f:1:4: error: 'v': '2' is no duration") == true)
    #expect(try read("20 USD") { $0.money("v") }.value == Money(micro: 20_000_000, currency: "USD"))
    #expect(try read("20") { $0.money("v") }.said.first?.hasPrefix("f:1:4: error: 'v': '20' is no amount of money") == true)
    #expect(try read("60k") { $0.rate("v") }.value == 60_000)
    #expect(try read("-1") { $0.rate("v") }.said.first?.hasPrefix("f:1:4: error: 'v': '-1' is no rate") == true)
  }

  @Test func numbersAreNotTextAndTextIsNoNumber() throws {
    #expect(try read("3") { $0.int("v", in: 1...5) }.value == 3)
    #expect(try read("3.0") { $0.int("v", in: 1...5) }.value == 3)
    #expect(try read("3.5") { $0.int("v", in: 1...5) }.said == ["f:1:4: error: 'v' is '3.5'; it must be a whole number"])
    #expect(
      try read("\"3\"") { $0.int("v", in: 1...5) }.said == [
        "f:1:4: error: 'v' is '3'; it must be a whole number\n  help: a number is written without quotes"
      ])
    #expect(
      try read("99999999999999999999") { $0.int("v", in: 1...5) }.said == [
        "f:1:4: error: 'v' is 99999999999999999999; it must be from 1 to 5"
      ])
    #expect(try read("3") { $0.text("v") }.said == ["f:1:4: error: 'v' is 3; it must be text\n  help: write it in quotes: \"3\""])
    #expect(try read("1.10") { $0.label("v") }.value == "1.10")
    #expect(try read("0x10") { $0.number("v", in: 0...20) }.said == ["f:1:4: error: 'v' is '0x10'; it must be a number"])
  }

  @Test func wordsAndListsNameTheChoices() throws {
    let (_, said) = try read("hih") { $0.word("v", among: ["high", "low"]) }
    #expect(said == ["f:1:4: error: 'v' is 'hih', which is unknown\n  help: did you mean 'high'?"])
    #expect(try read("[a, b]") { $0.texts("v") }.value == ["a", "b"])
    #expect(try read("a") { $0.texts("v") }.value == ["a"])
    #expect(try read("Yes") { $0.bool("v") }.said == ["f:1:4: error: 'v' is 'Yes'; it must be true or false\n  help: did you mean true?"])
  }

  @Test func whatNobodyAskedForIsUnknown() throws {
    let (_, said) = try read("1") { $0.text("vv") }
    #expect(said == ["f:1:1: error: unknown key 'v' in the test\n  help: did you mean 'vv'?"])
    let (_, missing) = try read("1") { reader in
      _ = reader.int("v", in: 0...1)
      return reader.text("w", required: true)
    }
    #expect(missing == ["f:1:1: error: the test has no 'w'"])
  }
}
