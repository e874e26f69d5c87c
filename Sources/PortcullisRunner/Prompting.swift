package import PortcullisChecks
package import PortcullisCore

/// Writes the messages of a trial: the target's prompt first (its static prefix is what providers cache), then the case's input.
///
/// A prompt text is the system message; where it uses `{{ input }}` it is the user message, with the case's input in it. A list of messages is
/// taken as it is; where none uses `{{ input }}`, the case's messages follow. `input` of a case is literal and never rescanned. Context documents that
/// no template uses (`{{ context }}`) come as a system message of their own, so that they always reach the model.
package struct Prompting: Sendable {
  private enum Part: Sendable {
    case fixed(Message)
    case template(Message.Role, Template)
  }

  private let parts: [Part]
  private let usesInput: Bool
  private let usesContext: Bool

  package init(_ prompt: TargetPrompt?) throws(TemplateProblem) {
    var parts: [Part] = []
    var usesInput = false
    var usesContext = false
    func add(_ role: Message.Role, _ text: String) throws(TemplateProblem) {
      let template = try Template(parsing: text)
      usesInput = usesInput || template.uses("input")
      usesContext = usesContext || template.uses("context")
      let isFixed = template.variables.isEmpty && !text.contains("{%") && !text.contains("{#")
      parts.append(isFixed ? .fixed(Message(role: role, content: try template.render(JSONObject()))) : .template(role, template))
    }
    switch prompt {
    case nil: break
    case .text(let text):
      let isUser = try Template(parsing: text).uses("input")
      try add(isUser ? .user : .system, text)
    case .messages(let messages):
      for message in messages { try add(message.role, message.content) }
    }
    self.parts = parts
    self.usesInput = usesInput
    self.usesContext = usesContext
  }

  /// Whether the target's own prompt is the same for every case, so that no case can lack what it uses.
  package var isStatic: Bool {
    parts.allSatisfy { part in
      switch part {
      case .fixed: true
      case .template: false
      }
    }
  }

  /// The messages of one turn of a case.
  ///
  /// - Parameters:
  ///   - earlier: The model's answers to the turns before this one.
  package func messages(for testCase: Case, turn: Int = 0, earlier: [String] = [], templates: TemplateCache) throws(TemplateProblem)
    -> [Message]
  {
    let asked: [Message]
    var contextIsGiven = usesContext || testCase.context.isEmpty
    switch testCase.input {
    case .messages(let messages): asked = messages
    case .template(let prompt):
      let template = try templates.template(prompt)
      contextIsGiven = contextIsGiven || template.uses("context")
      asked = [Message(role: .user, content: try template.render(values(for: testCase, input: nil)))]
    case .turns(let turns):
      var talk: [Message] = []
      for place in 0...turn {
        talk.append(Message(role: .user, content: turns[place].user))
        if place < turn { talk.append(Message(role: .assistant, content: earlier[place])) }
      }
      asked = talk
    }
    var out: [Message] = []
    let values = values(for: testCase, input: asked.last?.content)
    for part in parts {
      switch part {
      case .fixed(let message): out.append(message)
      case .template(let role, let template): out.append(Message(role: role, content: try template.render(values)))
      }
    }
    if !contextIsGiven { out.append(Message(role: .system, content: documents(testCase.context))) }
    return usesInput ? out : out + asked
  }

  private func documents(_ context: [ContextDocument]) -> String {
    "Documents:\n" + context.map { "\n[\($0.id)]\n\($0.text)\n" }.joined()
  }

  private func values(for testCase: Case, input: String?) -> JSONObject {
    var values = testCase.vars
    if let input { values["input"] = .string(input) }
    if values["id"] == nil { values["id"] = .string(testCase.id.text) }
    if values["context"] == nil {
      values["context"] = .array(testCase.context.map { .object([("id", .string($0.id)), ("text", .string($0.text))]) })
    }
    return values
  }
}
