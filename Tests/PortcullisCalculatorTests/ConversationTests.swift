import PortcullisCalculator
import PortcullisCore
import Testing

@Suite struct ConversationTests {
  private static let wilson = #""method":"wilson","inputs":{"x":47,"n":50,"alpha":0.05}"#

  @Test(arguments: ["\"7\"", "7", "null", "true", "1.5e3", "12345678901234567890", "[1,{\"a\":null}]", "\"\\u202E\\n\"", "\"é\""])
  func theIDComesBackWhateverItIs(_ id: String) throws {
    var conversation = Conversation()
    #expect(try conversation.ask("{\"id\":\(id),\(Self.wilson)}")["id"] == JSON(parsing: id))
    #expect(try conversation.ask("{\"id\":\(id),\"method\":\"wilson\"}")["id"] == JSON(parsing: id))
  }

  @Test func aNumberThatIsAnIDKeepsItsDigits() {
    var conversation = Conversation()
    let answer = conversation.answer(Array("{\"id\":1.50,\(Self.wilson)}".utf8))
    #expect(String(decoding: answer, as: UTF8.self).hasPrefix("{\"id\":1.50,\"outputs\":{\"lo\":0.83"))
  }

  @Test(arguments: [
    "", " ", "7", "null", "[]", "\"text\"", "{", "{\"id\":1", "{\"id\":1}}", "{\"id\":1,}", "{'id':1}", "{\"id\":1,\"id\":2}", "\u{FEFF}{}",
    "nul",
  ])
  func aLineThatIsNoObjectAnswersWithoutAnID(_ line: String) {
    var conversation = Conversation()
    let answer = conversation.ask(line)
    #expect(answer["id"] == .null && answer["error"]?.string?.hasPrefix("the line is no JSON object") == true, "\(answer.compactText)")
  }

  @Test func bytesThatAreNoTextAnswerWithoutAnID() {
    var conversation = Conversation()
    for bytes: [UInt8] in [[0xFF], [0x7B, 0x22, 0xC3, 0x28, 0x22, 0x3A, 0x31, 0x7D], [0], Array(repeating: 0x5B, count: 100_000)] {
      let answer = conversation.answer(bytes)
      #expect((try? JSON(parsing: answer))?["id"] == .null)
      #expect(!answer.contains(0x0A))
    }
  }

  @Test(arguments: [
    (#"{"id":1}"#, "the line has neither 'method' nor 'op'"),
    (#"{"id":1,"method":"wilson","op":"offline"}"#, "'op' asks a gate and 'method' a statistic; send one of them"),
    (#"{"id":1,"method":"wilsn","inputs":{}}"#, "unknown method 'wilsn'; did you mean 'wilson'?"),
    (#"{"id":1,"method":"zzzzzzzzzz","inputs":{}}"#, "unknown method 'zzzzzzzzzz'; 'portcullis stats --list' shows them"),
    (#"{"id":1,"method":7,"inputs":{}}"#, "'method' is 7; it must be the name of a method"),
    (#"{"id":1,"method":"wilson"}"#, "'inputs' is missing: an object with the inputs of 'wilson'"),
    (#"{"id":1,"method":"wilson","inputs":[1]}"#, "'inputs' is [1]; it must be an object"),
    (#"{"id":1,"method":"wilson","input":{}}"#, "unknown key 'input'; did you mean 'inputs'?"),
    (#"{"id":1,"op":"ofline"}"#, "unknown op 'ofline'; did you mean 'offline'?"),
    (#"{"id":1,"op":"zzzzzzzzzz"}"#, "unknown op 'zzzzzzzzzz'; known: offline, canary.open, canary.feed, canary.close"),
    (#"{"id":1,"op":null}"#, "'op' is null; it must be one of offline, canary.open, canary.feed, canary.close"),
  ])
  func aRequestThatAsksNothingKnownIsAnError(_ row: (line: String, says: String)) {
    var conversation = Conversation()
    let answer = conversation.ask(row.line)
    #expect(answer["error"]?.string == row.says)
    #expect(answer["id"] == .int(1))
    #expect(conversation.ask("{\"id\":2,\(Self.wilson)}")["outputs"] != nil)
  }

  /// A million letters, and one letter under a million accents.
  @Test(arguments: [String(repeating: "x", count: 1_000_000), "x" + String(repeating: "\u{301}", count: 1_000_000)])
  func aLongWordIsQuotedShort(_ word: String) {
    var conversation = Conversation()
    #expect(conversation.ask("{\"id\":1,\"method\":\"\(word)\",\"inputs\":{}}")["error"]?.string?.unicodeScalars.count ?? .max < 200)
    #expect(conversation.ask("{\"id\":1,\"op\":\"offline\",\"\(word)\":1}")["error"]?.string?.unicodeScalars.count ?? .max < 300)
    #expect(compute("wilson", "{\"\(word)\":1}")["error"]?.string?.unicodeScalars.count ?? .max < 200)
    #expect(compute("wilson", "{\"x\":\"\(word)\"}")["error"]?.string?.unicodeScalars.count ?? .max < 200)
    #expect(compute("spending", "{\"kind\":\"\(word)\"}")["error"]?.string?.unicodeScalars.count ?? .max < 200)
  }

  @Test func aListBeyondTheBoundIsRefusedWithIt() {
    let list = "[" + String(repeating: "0,", count: 1_000_000) + "0]"
    #expect(compute("holm", "{\"p\":\(list)}")["error"]?.string == "'p' has 1000001 elements; it must have 0 to 1000000")
  }

  @Test func aLineOfTooManyValuesIsRefusedBeforeItIsRead() {
    var conversation = Conversation()
    let line = [UInt8](repeating: UInt8(ascii: ","), count: 4_000_001)
    #expect(String(decoding: conversation.answer(line), as: UTF8.self) == #"{"id":null,"error":"the line holds more than 4000000 values"}"#)
  }
}
