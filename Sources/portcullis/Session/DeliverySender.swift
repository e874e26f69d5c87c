import Glibc
import PortcullisCore
import PortcullisModels
import PortcullisRunner
import PortcullisStore

/// Sends one message to its destination, once.
struct DeliverySender: Sendable {
  let canary: String
  let policy: DeliveryPolicy
  let environment: [String: String]
  /// Made for the first webhook: most canaries that call programs only need no transport.
  let http: @Sendable () throws(TransportFailure) -> HTTPClient

  /// - Returns: Who acknowledged it, or why nobody did; words for people, safe to print.
  func send(_ message: OutboxMessage) async -> Result<String, CallFailure> {
    switch message.destination {
    case .webhook(let hook): await post(message, to: hook)
    case .command(let words, let folder): await run(words, in: folder, message)
    }
  }

  private func post(_ message: OutboxMessage, to hook: Webhook) async -> Result<String, CallFailure> {
    do throws(CallFailure) {
      let url =
        switch hook.address {
        case .url(let url): Secret(url)
        case .variable(let name): try secret(name)
        }
      var token: Secret?
      if let name = hook.tokenVariable { token = try secret(name) }
      let post = WebhookPost(
        url: url, token: token, key: message.key, body: Array(message.body.compactText.utf8), timeouts: policy.timeouts)
      let client: HTTPClient
      do { client = try http() } catch { throw CallFailure(.request, "\(error)") }
      return .success(try await post.send(over: client))
    } catch {
      return .failure(error)
    }
  }

  private func secret(_ name: String) throws(CallFailure) -> Secret {
    guard let value = environment[name], !value.isEmpty else {
      throw CallFailure(.request, "the environment variable '\(visible(name))' is not set")
    }
    return Secret(value)
  }

  private func run(_ words: [String], in folder: String, _ message: OutboxMessage) async -> Result<String, CallFailure> {
    var environment = environment
    environment["PORTCULLIS_IDEMPOTENCY_KEY"] = message.key
    environment["PORTCULLIS_EVENT"] = message.kind.rawValue
    environment["PORTCULLIS_CANARY"] = canary
    let call = ProgramCall(
      words: words, folder: folder, environment: environment, input: Array(message.body.compactText.utf8), limit: policy.programLimit)
    let program = "'\(visible(words[0]))'"
    let end = await call.run()
    let said = lastLine(of: end.printed)
    let why: String
    switch end.cause {
    case .exited(0): return .success("\(program) exited with 0")
    case .exited(let code): why = "\(program) exited with \(code)"
    case .killed(let signal): why = "\(program) was ended by signal \(signal)"
    case .timedOut: why = "\(program) did not end within \(policy.programLimit)"
    case .notStarted(let errno):
      return .failure(CallFailure(.request, "\(program) cannot be run in '\(visible(folder))': \(String(cString: strerror(errno)))"))
    }
    return .failure(CallFailure(.server, why + (said.isEmpty ? "" : ": '\(said)'"), mayBeBilled: true))
  }

  /// What a program said last, cut: it may be anything.
  private func lastLine(of printed: [UInt8]) -> String {
    let line = printed.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.last { !$0.allSatisfy { $0 == 0x20 } } ?? []
    return visible(String(decoding: line.prefix(160), as: UTF8.self))
  }
}
