import PortcullisCore

extension FieldReader {
  /// A scalar that `read` understands; what it objects to is reported at the value.
  mutating func checked<Value>(_ key: String, required: Bool = false, _ read: (String) throws(Objection) -> Value) -> Value? {
    guard let node = node(key, required: required) else { return nil }
    guard let text = problems.plain(node, key) else { return nil }
    return problems.attempt(at: node.position) { () throws(Objection) in try read(text) }
  }
}

extension FileProblems {
  /// The text of a scalar, however it is quoted; null and everything else is reported.
  func plain(_ node: Node, _ name: String) -> String? {
    guard let scalar = node.scalar, !node.isNull else {
      error("'\(name)' is \(node.shown); it must be a single value", at: node.position)
      return nil
    }
    return scalar.text
  }

  func attempt<Value>(at position: Position?, _ body: () throws(Objection) -> Value) -> Value? {
    do {
      return try body()
    } catch {
      self.error(error.message, at: position, help: error.help)
      return nil
    }
  }
}
