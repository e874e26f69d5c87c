import HTTPTypes
import Hummingbird
import Logging
import NIOCore
package import PortcullisCore
import ServiceLifecycle
import UnixSignals

/// Serves recorded answers as an OpenAI-compatible endpoint on loopback, plain and streaming, so that the whole HTTP path runs without a key.
package struct ReplayServer: Sendable {
  /// What was asked, as far as finding an answer needs it.
  package struct Query: Sendable {
    package let model: String
    package let messages: [Message]
    /// The whole request, for recordings that are known by its digest.
    package let body: JSON
  }

  /// A recorded answer, or nil for a request nobody recorded (404).
  package typealias Lookup = @Sendable (Query) -> Recording.Content?

  private let lookup: Lookup

  package init(lookup: @escaping Lookup) { self.lookup = lookup }

  /// Serves until SIGTERM or SIGINT.
  ///
  /// - Parameters:
  ///   - port: 0 takes a free one.
  ///   - onReady: Told the port once connections are accepted.
  package func run(port: Int, onReady: @escaping @Sendable (Int) async -> Void) async throws {
    var logger = Logger(label: "portcullis.replay")
    logger.logLevel = .error
    let router = Router(context: ReplayContext.self)
    router.post("/v1/chat/completions") { request, _ in try await answer(request) }
    router.get("/health") { _, _ in Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "ok\n"))) }
    let application = Application(
      router: router, server: .http1(configuration: .init(idleTimeout: .seconds(60))),
      configuration: .init(address: .hostname("127.0.0.1", port: port), backlog: 2048),
      onServerRunning: { channel in await onReady(channel.localAddress?.port ?? port) }, logger: logger)
    try await application.runService(gracefulShutdownSignals: [.sigterm, .sigint])
  }

  private func answer(_ request: Request) async throws -> Response {
    let body = try await request.body.collect(upTo: 16 << 20)
    guard let asked = ChatRequest(Array(body.readableBytesView)) else {
      return failure(400, "the body is no chat-completions request", type: "invalid_request_error")
    }
    switch lookup(asked.query) {
    case nil:
      let model = visible(String(asked.query.model.prefix(100)))
      return failure(404, "no recording of model '\(model)' answers this request", type: "not_found_error")
    case .failure(let recorded)?:
      return failure(status(of: recorded), recorded.message, type: recorded.kind.rawValue, retryAfter: recorded.retryAfter)
    case .completion(let completion)?:
      let writer = ChatAnswer(completion: completion, model: asked.query.model, id: "replay")
      return asked.isStream ? stream(writer, includesUsage: asked.includesUsage) : try await plain(writer)
    }
  }

  private func plain(_ answer: ChatAnswer) async throws -> Response {
    try await wait(answer.completion.latency)
    return json(.ok, answer.body)
  }

  private func stream(_ answer: ChatAnswer, includesUsage: Bool) -> Response {
    let events = answer.events(includesUsage: includesUsage)
    let first = answer.completion.ttft ?? .zero
    let rest = max(.zero, (answer.completion.latency ?? .zero) - first)
    return Response(
      status: .ok, headers: [.contentType: "text/event-stream"],
      body: ResponseBody { writer in
        try await wait(first)
        let pause = events.count > 2 ? rest / (events.count - 2) : .zero
        for (place, event) in events.enumerated() {
          if place > 0, place < events.count - 1 { try await wait(pause) }
          try await writer.write(ByteBuffer(bytes: Array("data: ".utf8) + event + Array("\n\n".utf8)))
        }
        try await writer.finish(nil)
      })
  }

  private func wait(_ duration: Duration?) async throws {
    if let duration, duration > .zero { try await Task.sleep(for: duration, tolerance: .microseconds(200)) }
  }

  private func status(of failure: CallFailure) -> Int {
    if let status = failure.status, (400...599).contains(status) { return status }
    return switch failure.kind {
    case .rateLimit: 429
    case .quota: 402
    case .auth: 401
    case .request, .tooLarge, .wrongModel, .budget, .deadline, .cancelled: 400
    case .transport, .timeout, .server, .malformed, .unknown: 503
    }
  }

  private func failure(_ status: Int, _ message: String, type: String, retryAfter: Duration? = nil) -> Response {
    let body = JSON.object([("error", .object([("message", .string(message)), ("type", .string(type)), ("code", .null)]))])
    var response = json(HTTPResponse.Status(code: status), body)
    if let retryAfter { response.headers[.retryAfter] = fixed(Double(retryAfter.microseconds) / 1e6, 3) }
    return response
  }

  private func json(_ status: HTTPResponse.Status, _ body: JSON) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: ByteBuffer(bytes: body.compactBytes)))
  }
}

private struct ReplayContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let maxUploadSize = 16 << 20

  init(source: Source) { coreContext = .init(source: source) }
}
