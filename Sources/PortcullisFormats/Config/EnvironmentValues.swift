// `{env: NAME}`: a value that the environment holds. A key is only ever its variable's name; other values are taken over.

import PortcullisCore

struct EnvironmentValues {
  let variables: [String: String]
  let problems: FileProblems

  /// Text, or the value of a variable.
  func text(_ node: Node, _ name: String) -> String? {
    guard node.mapping != nil else { return problems.text(node, name) }
    guard let variable = variable(node, name) else { return nil }
    return problems.attempt(at: node.position) { () throws(Objection) in try value(of: variable, for: name) }
  }

  /// The variable that holds a key, shown to be set to something a header may hold.
  func key(_ node: Node) -> String? {
    guard node.mapping != nil else {
      problems.error(
        "'api_key' holds a key itself; keys are never written into files", at: node.position,
        help: "put the key into an environment variable and write 'api_key: {env: NAME}'")
      return nil
    }
    guard let variable = variable(node, "api_key") else { return nil }
    return problems.attempt(at: node.position) { () throws(Objection) in
      try checkKey(in: variable)
      return variable
    }
  }

  /// - Throws: Where the variable is unset, empty, or would break the header it is sent in. Its value is never quoted.
  func checkKey(in variable: String) throws(Objection) {
    try checkName(variable)
    let key = try value(of: variable, for: "api_key")
    guard key.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
      throw Objection(
        "the environment variable '\(variable)' holds a blank, a line break or another character that no key has",
        help: "set it again without them")
    }
  }

  /// The name in `{env: NAME}`; whether it is set is not looked at.
  func variable(_ node: Node, _ name: String) -> String? {
    guard var fields = FieldReader(node, "'\(name)'", problems) else { return nil }
    let variable = fields.node("env", required: true)
    fields.finish()
    guard let variable, let text = problems.plain(variable, "env") else { return nil }
    return problems.attempt(at: variable.position) { () throws(Objection) in
      try checkName(text)
      return text
    }
  }

  /// Not quoted where it is no name: it may be the key itself.
  private func checkName(_ name: String) throws(Objection) {
    let isName = name.utf8.first.map { !(0x30...0x39 ~= $0) } ?? false
    guard isName, name.utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 || $0 == UInt8(ascii: "_") }) else {
      throw Objection("this is no name of an environment variable", help: "write the variable's name, as in '{env: OPENAI_API_KEY}'")
    }
  }

  private func value(of variable: String, for name: String) throws(Objection) -> String {
    guard let value = variables[variable] else {
      throw Objection("the environment variable '\(variable)' is not set; '\(name)' needs it", help: "export \(variable)=…")
    }
    guard !value.isEmpty else {
      throw Objection("the environment variable '\(variable)' is empty; '\(name)' needs it", help: "export \(variable)=…")
    }
    return value
  }
}
