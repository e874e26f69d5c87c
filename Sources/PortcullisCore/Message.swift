/// One turn of a chat, as every provider knows it.
package struct Message: Sendable, Hashable {
  package enum Role: String, Sendable, CaseIterable { case system, user, assistant, tool }

  package let role: Role
  package let content: String

  package init(role: Role, content: String) {
    self.role = role
    self.content = content
  }

  package var json: JSON { .object([("role", .string(role.rawValue)), ("content", .string(content))]) }
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
