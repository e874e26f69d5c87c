// Messages in the shape of cases and of the store: OpenAI's, but for calls, which are written flat and read either way.

extension Message {
  package var json: JSON {
    .object(present: [
      ("role", .string(role.rawValue)), ("content", .string(content)),
      ("tool_calls", calls.isEmpty ? nil : .array(calls.map(\.json))), ("tool_call_id", answeredCall.map(JSON.string)),
    ])
  }

  /// Reads `json` back; nil where the value is not one that `json` wrote.
  package init?(json: JSON) {
    guard let role = json["role"]?.string.flatMap(Role.init), let content = json["content"]?.string else { return nil }
    var calls: [MadeCall] = []
    for written in json["tool_calls"]?.array ?? [] {
      guard let call = MadeCall(json: written) else { return nil }
      calls.append(call)
    }
    self.init(role: role, content: content, calls: calls, answeredCall: json["tool_call_id"]?.string)
  }
}

extension MadeCall {
  fileprivate var json: JSON {
    .object([("id", .string(id)), ("name", .string(call.name)), ("arguments", call.arguments)])
  }

  /// `{"id", "name", "arguments"}`, or OpenAI's `{"id", "type", "function": {"name", "arguments"}}`; nil where it names no function.
  ///
  /// - Parameter unnamed: The id of a call that was written without one; nil takes none.
  package init?(json: JSON, unnamed: String? = nil) {
    guard let id = json["id"]?.string ?? unnamed, let call = ToolCall(json: json["function"] ?? json) else { return nil }
    self.init(id: id, call)
  }
}

extension ToolCall {
  /// `{"name", "arguments"}`; nil where it has no name. Arguments that are the text a model sent are read.
  package init?(json: JSON) {
    guard let name = json["name"]?.string else { return nil }
    switch json["arguments"] {
    case nil, .null: self.init(name: name, arguments: .object([]))
    case .string(let text): self.init(name: name, arguments: (try? JSON(parsing: text)) ?? .string(text))
    case let arguments?: self.init(name: name, arguments: arguments)
    }
  }
}
