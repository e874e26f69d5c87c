import PortcullisCore

/// Reads where a message goes: `{webhook: URL}`, `{webhook: {env: NAME}, token: {env: NAME}}` or `{command: [./shift.sh, "5%"]}`.
///
/// What is secret is only named: no variable is looked at here, so that a machine which never sends needs none of them.
struct DestinationReader {
  /// Where commands run, as the system names it.
  let folder: String
  let problems: FileProblems

  func destination(_ node: Node, _ what: String) -> Destination? {
    guard var fields = FieldReader(node, what, problems) else { return nil }
    let webhook = fields.node("webhook"), token = fields.node("token"), command = fields.node("command")
    fields.finish()
    switch (webhook, command) {
    case (let webhook?, nil): return self.webhook(webhook, token)
    case (nil, let command?):
      if token != nil {
        problems.error(
          "'token' goes with a webhook, not with a command", at: fields.position(of: "token"), help: "a command reads its own environment")
        return nil
      }
      return self.command(command)
    case (nil, nil):
      problems.error(
        "\(what) names no destination", at: fields.position,
        help: "write 'webhook: URL', 'webhook: {env: NAME}' or 'command: [PROGRAM, ARGUMENT]'")
    case (_?, _?):
      problems.error(
        "\(what) has both 'webhook' and 'command'", at: fields.position(of: "command"),
        help: "one of them is called; the command may do both")
    }
    return nil
  }

  private func webhook(_ node: Node, _ token: Node?) -> Destination? {
    let names = EnvironmentValues(variables: [:], problems: problems)
    let variable = token.flatMap { token -> String? in
      if token.mapping == nil {
        problems.error(
          "'token' holds a token itself; secrets are never written into files", at: token.position,
          help: "put it into an environment variable and write 'token: {env: NAME}'")
        return nil
      }
      return names.variable(token, "token")
    }
    if token != nil, variable == nil { return nil }
    if node.mapping != nil {
      return names.variable(node, "webhook").map { .webhook(Webhook(.variable($0), tokenVariable: variable)) }
    }
    guard let text = problems.text(node, "webhook") else { return nil }
    let address = problems.attempt(at: node.position) { () throws(Objection) in try plainAddress(text) }
    guard let address else { return nil }
    if variable != nil, let warning = openKeyWarning(address) { problems.warning(warning.message, at: node.position, help: warning.help) }
    return .webhook(Webhook(.url(text), tokenVariable: variable))
  }

  /// Not quoted where it may hold a secret.
  private func plainAddress(_ text: String) throws(Objection) -> EndpointAddress {
    guard !text.contains("?"), !text.contains("@"), !text.contains("#") else {
      throw Objection(
        "a webhook with '?', '#' or '@' may hold a secret, and what stands here is recorded",
        help: "put the address into an environment variable and write 'webhook: {env: NAME}'")
    }
    return try EndpointAddress(text)
  }

  private func command(_ node: Node) -> Destination? {
    guard let words = problems.list(node, "command")?.map({ problems.label($0, "command") }) else { return nil }
    guard !words.contains(nil) else { return nil }
    let known = words.compactMap(\.self)
    guard let program = known.first, !program.isEmpty else {
      problems.error(
        "'command' names no program", at: node.position, help: "write the program and its arguments as a list: no shell reads them")
      return nil
    }
    return .command(known, folder: folder)
  }
}
