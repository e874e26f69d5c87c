import PortcullisCore

/// A target named on the command line: `provider:model[@base_url]`, for `replay` and `scripted` `provider:file`. It has no key.
struct TargetShorthand: Hashable {
  let provider: String
  /// The model, or the file of answers.
  let subject: String
  let baseURL: String?
  /// Bytes of the whole text: more is no name, and it would be shown again and again.
  private static let limit = 4096

  init(_ text: String) throws(Objection) {
    let form = "write 'provider:model' or 'provider:model@base_url', as in 'openai:gpt-x@http://127.0.0.1:8000/v1'"
    guard text.utf8.count <= Self.limit else {
      throw Objection("'\(text)' has \(text.utf8.count) bytes; a target may have at most \(Self.limit)", help: form)
    }
    guard let colon = text.firstIndex(of: ":") else { throw Objection("'\(text)' is no target", help: form) }
    let provider = String(text[..<colon])
    guard providerNames.contains(where: { sameBytes($0, provider) }) else {
      throw Objection("unknown provider '\(provider)'", help: suggestion(for: provider, among: providerNames))
    }
    let rest = text[text.index(after: colon)...]
    let (subject, baseURL) = Self.splitAtURL(rest)
    guard !subject.allSatisfy(\.isWhitespace) else {
      let wanted = answersComeFromFile(provider) ? "file" : "model"
      throw Objection("a target given as '\(provider):…' needs a \(wanted) after ':'", help: form)
    }
    guard !subject.unicodeScalars.contains(where: isHostile) else {
      throw Objection("'\(text)' holds invisible characters", help: form)
    }
    if baseURL == nil, !answersComeFromFile(provider) { try Self.refuseHalfAddress(in: subject, of: provider) }
    self.provider = provider
    self.subject = String(subject)
    self.baseURL = baseURL.map(String.init)
  }

  /// What follows an `@` and is no URL, yet may have been meant as one: taken for a part of the model's name it would send the prompts
  /// to the provider's own endpoint. `openai:m@` is what a shell makes of `openai:m@$URL` without the variable.
  private static func refuseHalfAddress(in subject: Substring, of provider: String) throws(Objection) {
    guard let mark = subject.lastIndex(of: "@") else { return }
    let after = subject[subject.index(after: mark)...]
    let forms = "write '@http://…' or '@https://…'"
    guard !after.allSatisfy(\.isWhitespace) else {
      let model = subject.prefix { $0 != "@" }  // no more of it: a password may follow
      throw Objection("'\(provider):\(model)@' names no address after '@'", help: forms)
    }
    guard !after.contains(where: { $0 == ":" || $0 == "/" || $0 == "." }), after.lowercased() != "localhost" else {
      throw Objection("the address after '@' has no scheme", help: forms)
    }
  }

  /// At the first `@` that a scheme follows: a model's name may hold `@`, and so may what a URL hides before its host.
  private static func splitAtURL(_ text: Substring) -> (subject: Substring, url: Substring?) {
    for mark in text.indices where text[mark] == "@" {
      let after = text[text.index(after: mark)...]
      let scheme = after.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
      if !scheme.isEmpty, after.dropFirst(scheme.count).hasPrefix("://") { return (text[..<mark], after) }
    }
    return (text, nil)
  }
}

/// The providers of this version, as configs name them.
let providerNames = ["openai", "scripted", "replay"]

/// Whether a provider's answers are in a file, so that it needs no endpoint.
func answersComeFromFile(_ provider: String) -> Bool { provider == "scripted" || provider == "replay" }
