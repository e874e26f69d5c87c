package import PortcullisCore

/// Asks one target over HTTP, in the words of its provider.
package struct HTTPModelClient: ModelClient {
  package let target: Target
  private let provider: any Provider
  private let http: HTTPClient
  private let redactor: Redactor
  private let keyPrefix: CompletionKey

  /// - Parameter secrets: Values that must appear in no message and no recorded answer.
  init(target: Target, provider: some Provider, http: HTTPClient, secrets: [Secret]) {
    self.target = target
    self.provider = provider
    self.http = http
    redactor = Redactor(secrets)
    keyPrefix = CompletionKey(adapter: provider.adapter, endpoint: provider.endpoint.url, target: target)
  }

  package func prepare(_ request: ModelRequest) throws(CallFailure) -> PreparedCall {
    let body = try provider.body(for: request)
    return PreparedCall(
      request: request, body: body, completionKey: keyPrefix.digest(of: body, request.origin),
      estimatedUsage: estimatedUsage(bodyBytes: body.count, target.parameters, request.parameters))
  }

  package func send(_ call: PreparedCall) async throws(CallFailure) -> Completion {
    let request = HTTPRequest(provider.endpoint, body: call.body, timeouts: target.timeouts, marksArrivals: provider.isStreamed)
    let completion: Completion
    do throws(CallFailure) {
      let answer: HTTPAnswer
      do {
        answer = try await http.send(request, onBody: provider.isStreamed ? EventProgress.hook() : nil)
      } catch {
        throw CallFailure(error)
      }
      completion = redactor.redacted(try provider.completion(from: answer))
    } catch {
      throw redactor.redacted(error)
    }
    guard target.accepts(servedModel: completion.servedModel) else {
      throw wrongModel(asked: target.model, served: completion.servedModel ?? "", mayBeBilled: true)
    }
    return completion
  }
}

func wrongModel(asked: String, served: String, mayBeBilled: Bool) -> CallFailure {
  CallFailure(
    .wrongModel, "'\(visible(asked))' was asked and '\(visible(served))' answered; if that is the same model, name it in 'answers_as'",
    mayBeBilled: mayBeBilled)
}

/// Tokens to reserve: about four bytes of the body each for the input; for the output `max_tokens`, else 1,024.
func estimatedUsage(bodyBytes: Int, _ parameters: JSONObject, _ overrides: JSONObject) -> TokenUsage {
  let output = ["max_completion_tokens", "max_tokens"].lazy.compactMap { (overrides[$0] ?? parameters[$0])?.int }.first { $0 > 0 }
  return TokenUsage(input: bodyBytes / 4 + 1, output: output ?? 1024)
}
