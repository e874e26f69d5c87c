import PortcullisCore
import Testing

@testable import PortcullisFormats

struct FlatObjectTests {
  /// What the fast reader makes of a line: nil where it leaves it to the general one.
  private func flat(_ bytes: [UInt8]) -> [(String, JSON)]? {
    var object = FlatObject()
    return bytes.withUnsafeBytes { line in
      guard object.read(line) else { return nil }
      return object.members.map { (String(decoding: $0.name, as: UTF8.self), json($0.value)) }
    }
  }

  private func json(_ value: ScoreValue) -> JSON {
    switch value {
    case .null: .null
    case .bool(let truth): .bool(truth)
    case .number(let bytes): (try? JSON(parsing: Array(bytes))) ?? .string("no number")
    case .text(let bytes): .string(String(decoding: bytes, as: UTF8.self))
    case .absent, .cell, .compound: .string("never")
    }
  }

  @Test(arguments: [
    #"{"id":"a","score":1}"#, #" { "id" : "question-1" , "score" : 0.25 } "#, "{}", #"{"a":null,"b":true,"c":false,"d":-0,"e":-12.5}"#,
    #"{"id":"","score":0.84374612345678912}"# + "\r",
  ])
  func ordinaryRowsAreReadTheFastWay(line: String) throws {
    let members = try #require(flat(Array(line.utf8)))
    #expect(JSON.object(members) == (try JSON(parsing: line)))
  }

  @Test(arguments: [
    #"{"id":"a\n"}"#, #"{"id":"é"}"#, #"{"id":[1]}"#, #"{"id":{}}"#, #"{"id":1e5}"#, #"{"id":"a","id":"b"}"#, #"{"id":"a"} x"#,
    #"{"id":"a",}"#,
    #"{"id":01}"#, #"{"id":1.}"#, #"{"id":.5}"#, #"{"id":+1}"#, #"{"id":NaN}"#, #"{'id':1}"#, #"{"id" 1}"#, "[]", "", "1", #"{"id":"a""#,
    "{\"id\":\"a\u{1}\"}", "{\"i\0d\":1}", #"{"id":truer}"#, #"{"id":tru}"#,
  ])
  func whateverIsUnusualIsLeftToTheStrictReader(line: String) {
    #expect(flat(Array(line.utf8)) == nil)
  }

  @Test(arguments: 0..<400)
  func whatTheFastWayTakesTheStrictReaderTakesWithTheSameMeaning(seed: UInt64) throws {
    var draws = Draws(seed)
    let values = [
      "1", "0.5", "true", "null", "\"a\"", "-3.25", "1e3", "[1]", "{\"x\":1}", "\"\\u0041\"", "\"é\"", "0", "false", "12345678901234567890",
    ]
    var taken = 0
    for _ in 0..<50 {
      let names = ["id", "score", "a", "b", "id", "cluster"]
      let members = (0..<draws.below(5)).map { _ in "\"\(draws.one(of: names))\":\(draws.one(of: ["", " "]))\(draws.one(of: values))" }
      let line = "{" + members.joined(separator: draws.one(of: [",", ", ", " ,"])) + "}"
      let bytes = draws.mutated(Array(line.utf8), alphabet: "{}[]\",:\\ 0123456789.eE+-truefalsn\t")
      guard let found = flat(bytes) else { continue }
      taken += 1
      let strict = try? JSON(parsing: bytes)
      #expect(strict == JSON.object(found), "\(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(taken > 0, "no row was read the fast way")
  }
}
