import PortcullisCore

/// The messages of a recorded request, one after another. What other APIs write, and what logs leave out, is read as what it must mean: a
/// result that does not say which call it answers answers the first one that is open.
struct RecordedTalk {
  private(set) var messages: [Message] = []
  private var unnamed = 0
  /// Calls of the assistant's last turn that have no result yet.
  private var open: [MadeCall] = []

  mutating func add(_ item: JSON) throws(ShadowLineProblem) {
    guard let word = item["role"]?.string, let role = Message.Role(recorded: word) else {
      throw ShadowLineProblem("a message has no 'role' that is known", help: "system, user, assistant or tool")
    }
    let calls = try calls(item)
    if role == .assistant { open = calls }
    var answered: String?
    if role == .tool {
      answered = item["tool_call_id"]?.string ?? open.first { sameBytes($0.call.name, item["name"]?.string ?? $0.call.name) }?.id
      if let answered, let place = open.firstIndex(where: { sameBytes($0.id, answered) }) { open.remove(at: place) }
    }
    messages.append(
      Message(role: role, content: try content(item), calls: role == .assistant ? calls : [], answeredCall: answered))
  }

  /// Parts that are text are joined; a message of tool calls has no text of its own.
  private func content(_ item: JSON) throws(ShadowLineProblem) -> String {
    switch item["content"] {
    case .string(let text): return text
    case .array(let parts): return parts.map { $0["text"]?.string ?? $0.compactText }.joined(separator: "\n")
    case nil, .null: return ""
    case .bool, .number, .object: throw ShadowLineProblem("the 'content' of a message must be text")
    }
  }

  private mutating func calls(_ item: JSON) throws(ShadowLineProblem) -> [MadeCall] {
    var written: [JSON] = []
    if let field = item["tool_calls"], !field.isNull {
      guard let list = field.array else { throw ShadowLineProblem("the 'tool_calls' of a message are \(field.kind); they must be a list") }
      written = list
    }
    if let legacy = item["function_call"], !legacy.isNull { written.append(legacy) }
    var calls: [MadeCall] = []
    for value in written {
      unnamed += 1
      guard let call = MadeCall(json: value, unnamed: "call_\(unnamed)") else {
        throw ShadowLineProblem("a tool call of a message names no function", help: "as in {\"id\": …, \"name\": …, \"arguments\": {…}}")
      }
      calls.append(call)
    }
    return calls
  }
}

extension Message.Role {
  /// Also the words other APIs have for the same roles.
  fileprivate init?(recorded word: String) {
    switch word {
    case "developer": self = .system
    case "function": self = .tool
    default: self.init(rawValue: word)
    }
  }
}
