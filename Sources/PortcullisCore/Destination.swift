/// Where a message about a decision is sent.
package enum Destination: Sendable, Hashable {
  case webhook(Webhook)
  /// A program and its arguments, run without a shell in a folder; the message is its input.
  case command([String], folder: String)
}

/// An address that takes messages by POST.
package struct Webhook: Sendable, Hashable {
  package enum Address: Sendable, Hashable {
    case url(String)
    /// The environment variable that holds the URL: many such URLs are secrets, and only the name is kept.
    case variable(String)
  }

  package var address: Address
  /// The environment variable whose value goes along as `Authorization: Bearer …`.
  package var tokenVariable: String?

  package init(_ address: Address, tokenVariable: String? = nil) {
    self.address = address
    self.tokenVariable = tokenVariable
  }
}

extension Destination {
  package var json: JSON {
    switch self {
    case .webhook(let hook):
      let address: JSON =
        switch hook.address {
        case .url(let url): .string(url)
        case .variable(let name): .object([("env", .string(name))])
        }
      return .object(present: [("webhook", address), ("token", hook.tokenVariable.map { .object([("env", .string($0))]) })])
    case .command(let words, let folder):
      return .object([("command", .array(words.map(JSON.string))), ("folder", .string(folder))])
    }
  }

  /// Reads what `json` writes; nil for anything else.
  package init?(_ json: JSON) {
    if let words = json["command"]?.array?.map(\.string), let folder = json["folder"]?.string {
      guard !words.isEmpty, !words.contains(nil) else { return nil }
      self = .command(words.compactMap(\.self), folder: folder)
      return
    }
    let token = json["token"]?["env"]?.string
    guard json["token"] == nil || token != nil, let written = json["webhook"] else { return nil }
    if let url = written.string {
      self = .webhook(Webhook(.url(url), tokenVariable: token))
    } else if let name = written["env"]?.string {
      self = .webhook(Webhook(.variable(name), tokenVariable: token))
    } else {
      return nil
    }
  }
}
