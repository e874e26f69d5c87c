import PortcullisChecks
import PortcullisCore

/// Reads a target's prompt: a template file, or a list of messages whose contents are templates. Syntax errors are found here.
struct PromptReader {
  let files: ProjectFiles
  let folder: String
  let problems: FileProblems

  func prompt(_ node: Node) -> TargetPrompt? {
    if let nodes = node.sequence { return messages(nodes, at: node.position) }
    guard let file = files.named(node, "prompt", in: folder, limit: 4 << 20, problems) else { return nil }
    do throws(Diagnostic) {
      let text = try String(decoding: SourceText(file.readAll(), file: file.shown).bytes, as: UTF8.self)
      guard !isBlankText(text) else { throw Diagnostic(.error, "the prompt is empty", at: Place(file: file.shown)) }
      do throws(TemplateProblem) { _ = try Template(parsing: text) } catch { throw error.diagnostic(in: file.shown) }
      return .text(text)
    } catch {
      problems.list.add(error)
      return nil
    }
  }

  private func messages(_ nodes: [Node], at position: Position) -> TargetPrompt? {
    if nodes.isEmpty { problems.error("'prompt' is an empty list; it must hold messages", at: position, help: "or leave it out") }
    let messages = nodes.compactMap { node -> Message? in
      guard var fields = FieldReader(node, "a message of 'prompt'", problems) else { return nil }
      defer { fields.finish() }
      let role = fields.word("role", among: ["system", "user", "assistant"], required: true).flatMap(Message.Role.init(rawValue:))
      guard let contentNode = fields.node("content", required: true), let content = problems.text(contentNode, "content") else {
        return nil
      }
      do throws(TemplateProblem) { _ = try Template(parsing: content) } catch {
        problems.error(
          "\(error.message) (line \(error.line), column \(error.column) of this text)", at: contentNode.position, help: error.help)
      }
      return role.map { Message(role: $0, content: content) }
    }
    return .messages(messages)
  }
}

func isBlankText(_ text: String) -> Bool { text.utf8.allSatisfy { $0 == 0x20 || 0x09...0x0D ~= $0 } }
