import Synchronization

/// Calls HTTP endpoints over pooled connections, from a thread of its own; any number of calls at once.
///
/// A request is sent at most once: no redirect, no repetition, whatever happens to its connection. The thread ends when the last
/// reference to the client goes, or by `close()`.
package final class HTTPClient: Sendable {
  package struct Options: Sendable {
    /// Connections kept open when idle: the concurrency wanted.
    package var maxConnections: Int
    package var environment: NetworkEnvironment
    /// Most bytes of headers, 1xx answers and trailers included.
    package var headerLimit: Int

    package init(
      maxConnections: Int = 1024, environment: NetworkEnvironment, headerLimit: Int = 64 << 10
    ) {
      self.maxConnections = maxConnections
      self.environment = environment
      self.headerLimit = headerLimit
    }
  }

  private let loop: CurlLoop

  /// - Throws: `internalFault` when libcurl or its thread cannot start.
  package init(_ options: Options) throws(TransportFailure) {
    loop = try CurlLoop.start(options)
  }

  deinit { loop.close() }

  /// Ends all calls with `closed` and refuses new ones.
  package func close() { loop.close() }

  /// Sends the request and waits for its whole answer.
  ///
  /// - Parameter onBody: See `HTTPBodyHook`.
  /// - Throws: What kept a complete answer away. When the calling task is cancelled the transfer ends at once, with `cancelled`.
  package func send(_ request: HTTPRequest, onBody: HTTPBodyHook? = nil) async throws(TransportFailure) -> HTTPAnswer {
    let ticket = Ticket()
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Outcome, Never>) in
        let call = Call(request: request, hook: onBody, ticket: ticket, continuation: continuation)
        if !loop.post(.send(call)) { continuation.resume(returning: .failure(call.failure(.closed))) }
      }
    } onCancel: {
      ticket.isCancelled.store(true, ordering: .releasing)
      _ = loop.post(.cancel(ticket))
    }
    let answer = try outcome.get()
    if let fault = framingFault(of: answer) {
      throw TransportFailure(fault, host: hostForMessages(of: request.target), mayBeBilled: true)
    }
    return answer
  }
}

typealias Outcome = Result<HTTPAnswer, TransportFailure>

/// Tells one call from all others; outlives it, so that a late cancel cannot hit a newer call.
final class Ticket: Sendable {
  let isCancelled = Atomic<Bool>(false)
}

/// A request on its way, with the one who waits for it.
struct Call: Sendable {
  let request: HTTPRequest
  let hook: HTTPBodyHook?
  let ticket: Ticket
  let continuation: CheckedContinuation<Outcome, Never>

  /// A failure before anything was sent.
  func failure(_ cause: TransportFailure.Cause) -> TransportFailure {
    TransportFailure(cause, host: hostForMessages(of: request.target), mayBeBilled: false)
  }
}

/// Host and port of the target, or a stand-in where the URL has none: a malformed URL may hold anything, a key too.
func hostForMessages(of target: HTTPTarget) -> String { (try? EndpointURL(target.url))?.hostAndPort ?? "the endpoint" }

/// What libcurl lets pass in the framing of a body it calls complete.
func framingFault(of answer: HTTPAnswer) -> TransportFailure.Cause? {
  let lengths = answer.headers.all("content-length")
  guard let first = lengths.first, answer.version == .http1 else { return nil }
  guard lengths.allSatisfy({ $0.utf8.elementsEqual(first.utf8) }) else { return .badFraming("content-length is given twice, and differs") }
  guard answer.headers["transfer-encoding"] == nil, answer.headers["content-encoding"] == nil, answer.status != 204, answer.status != 304
  else {
    return nil
  }
  guard !first.isEmpty, first.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(first) else {
    return .badFraming("content-length is not a number")
  }
  return length == answer.body.count ? nil : .cut("\(answer.body.count) of \(length) bytes")
}
