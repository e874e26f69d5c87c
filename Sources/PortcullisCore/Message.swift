/// One turn of a chat, as every provider knows it.
package struct Message: Sendable, Hashable {
  package enum Role: String, Sendable, CaseIterable { case system, user, assistant, tool }

  package let role: Role
  /// Empty where an assistant only called tools.
  package let content: String
  /// What an assistant's turn called; empty for everybody else.
  package let calls: [MadeCall]
  /// Of a tool's turn: the id of the call it answers; nil where it does not say, and for everybody else.
  package let answeredCall: String?

  package init(role: Role, content: String, calls: [MadeCall] = [], answeredCall: String? = nil) {
    self.role = role
    self.content = content
    self.calls = calls
    self.answeredCall = answeredCall
  }

  /// All that was said in it, calls too: what two conversations are compared by. Ids of calls are names, and no part of it.
  package var wholeText: String {
    guard !calls.isEmpty else { return content }
    return ((content.isEmpty ? [] : [content]) + calls.map { "\($0.call.name)(\($0.call.arguments.compactText))" }).joined(separator: "\n")
  }
}

/// A function the model asked to have called; nothing of ours runs it.
package struct ToolCall: Sendable, Hashable {
  package let name: String
  /// A mapping, read strictly from the model's text; where that was no JSON, the text itself.
  package let arguments: JSON

  package init(name: String, arguments: JSON) {
    self.name = name
    self.arguments = arguments
  }

  package var json: JSON { .object([("name", .string(name)), ("arguments", arguments)]) }
}

/// A call that stands in a conversation, with the id by which its result refers to it.
package struct MadeCall: Sendable, Hashable {
  package let id: String
  package let call: ToolCall

  package init(id: String, _ call: ToolCall) {
    self.id = id
    self.call = call
  }
}

extension [Message] {
  /// Why an endpoint would refuse this conversation; nil where every result answers one call of the turn before it, and every call has its result.
  package var toolProblem: String? {
    var open: [String] = []
    for message in self {
      if message.role == .tool {
        guard let id = message.answeredCall else { return "a tool's message does not say which call it answers ('tool_call_id')" }
        guard let place = open.firstIndex(where: { sameBytes($0, id) }) else { return "'\(id)' is no open call of the message before it" }
        open.remove(at: place)
        continue
      }
      if let left = open.first { return "the call '\(left)' has no result" }
      open = message.calls.map(\.id)
      if Set(open.map { Digest(of: $0) }).count < open.count { return "two calls of one message have the same id" }
    }
    return open.first.map { "the call '\($0)' has no result" }
  }
}
