import PortcullisCore

/// A target named on the command line: `provider:model[@base_url]`, for `replay` and `scripted` `provider:file`. It has no key.
struct TargetShorthand: Hashable {
  let provider: String
  /// The model, or the file of answers.
  let subject: String
  let baseURL: String?

  init(_ text: String) throws(Objection) {
    let form = "write 'provider:model' or 'provider:model@base_url', as in 'openai:gpt-x@http://127.0.0.1:8000/v1'"
    guard let colon = text.firstIndex(of: ":") else { throw Objection("'\(text)' is no target", help: form) }
    let provider = String(text[..<colon])
    guard providerNames.contains(where: { sameBytes($0, provider) }) else {
      throw Objection("unknown provider '\(provider)'", help: suggestion(for: provider, among: providerNames))
    }
    let rest = text[text.index(after: colon)...]
    let (subject, baseURL) = Self.splitAtURL(rest)
    guard !subject.isEmpty else {
      let wanted = answersComeFromFile(provider) ? "file" : "model"
      throw Objection("a target given as '\(provider):…' needs a \(wanted) after ':'", help: form)
    }
    if baseURL == nil, let mark = subject.lastIndex(of: "@"), subject[mark...].contains(where: { $0 == ":" || $0 == "/" }) {
      throw Objection("the address after '@' has no scheme", help: "write '@http://…' or '@https://…'")
    }
    self.provider = provider
    self.subject = String(subject)
    self.baseURL = baseURL.map(String.init)
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
