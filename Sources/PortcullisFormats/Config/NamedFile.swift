import PortcullisCore

extension ProjectFiles {
  /// The file that a key of the config names; why it cannot be opened is said at the key's value.
  func named(_ node: Node, _ key: String, in folder: String, limit: Int, _ problems: FileProblems) -> RegularFile? {
    guard let name = problems.text(node, key) else { return nil }
    if let trouble = problem(inPath: name) {
      problems.error("'\(key)': \(trouble)", at: node.position, help: "a config may name only files inside its project folder")
      return nil
    }
    do throws(Diagnostic) {
      return try file(named: name, in: folder, limit: limit)
    } catch {
      problems.error("'\(key)' names '\(name)': \(error.message)", at: node.position, help: error.help)
      return nil
    }
  }
}
