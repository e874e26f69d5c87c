package import PortcullisCore

/// Every provider there is. A new one: a folder beside this file, a case here, and recorded answers for the conformance suite.
package enum ProviderName: String, Sendable, CaseIterable {
  case openai, scripted, replay

  /// What a target of this provider is answered from.
  package enum Source: Sendable {
    case http(HTTPClient)
    case rules([ScriptedRule])
    case recordings(RecordingTable)
  }

  /// Whether targets need a file of answers, named by `source`.
  package var readsFile: Bool { self != .openai }
}

/// The client of a target.
///
/// - Parameter key: The value of the environment variable that the target names.
/// - Throws: What makes the target uncallable, before anything is called: an unknown provider, a bad address, header or parameter.
package func modelClient(for target: Target, from source: ProviderName.Source, key: Secret?) throws(Diagnostic) -> any ModelClient {
  guard let name = ProviderName(rawValue: target.provider) else {
    throw Diagnostic(
      .error, "unknown provider '\(target.provider)' of target '\(target.name)'",
      help: suggestion(for: target.provider, among: ProviderName.allCases.map(\.rawValue)))
  }
  switch (name, source) {
  case (.openai, .http(let http)):
    let secrets = [key].compactMap { $0 } + target.headers.filter { isSecret($0.name) }.map { Secret($0.value) }
    return HTTPModelClient(target: target, provider: try OpenAIProvider(target, key: key), http: http, secrets: secrets)
  case (.scripted, .rules(let rules)): return try ScriptedClient(target: target, rules: rules)
  case (.replay, .recordings(let table)): return try ReplayClient(target: target, table: table)
  case (.openai, _), (.scripted, _), (.replay, _):
    throw Diagnostic(.error, "target '\(target.name)' of provider '\(target.provider)' was given the wrong kind of answers")
  }
}

/// Headers whose values are keys, however they came into the configuration.
private func isSecret(_ header: String) -> Bool {
  let name = header.lowercased()
  return ["authorization", "api-key", "apikey", "token", "secret", "cookie"].contains { name.contains($0) }
}
