import PortcullisCalculator
import PortcullisCore

extension Conversation {
  /// The answer to a line of text.
  mutating func ask(_ line: String) -> JSON {
    let answer = answer(Array(line.utf8))
    return (try? JSON(parsing: answer)) ?? .string("no JSON: " + String(decoding: answer, as: UTF8.self))
  }
}

/// A method's answer to inputs written as JSON.
func compute(_ method: String, _ inputs: String) -> JSON {
  var conversation = Conversation()
  return conversation.ask(#"{"id":1,"method":"\#(method)","inputs":\#(inputs)}"#)
}
