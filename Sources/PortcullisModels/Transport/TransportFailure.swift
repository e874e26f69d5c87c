/// Why a call brought no answer.
package struct TransportFailure: Error, Sendable, Hashable {
  package enum Phase: String, Sendable, Hashable { case connect, firstByte = "first byte", idle, total }

  package enum Cause: Sendable, Hashable {
    /// The request itself cannot be sent: its URL or a header. Nothing was called.
    case unusable(String)
    /// A link-local or metadata address, or a name that leads to one.
    case addressRefused
    case nameNotFound
    /// No connection: refused, unreachable, or no descriptor left.
    case noConnection(String)
    case proxy(String)
    case tls(String)
    case reset(String)
    /// The peer closed the connection, or took back the stream, without a byte of answer.
    case closedWithoutAnswer
    /// The answer began and did not end.
    case cut(String)
    case timedOut(Phase, limit: Duration)
    case bodyTooLarge(limit: Int)
    case headersTooLarge(limit: Int)
    /// The peer does not speak HTTP as it should.
    case badFraming(String)
    case cancelled
    /// The client was closed.
    case closed
    /// Ours: memory, or libcurl refused to start.
    case internalFault(String)
  }

  package let cause: Cause
  /// Host and port; never a path's query, never credentials.
  package let host: String
  /// Whether any byte of the request was handed to the network: if so the provider may have done the work, and may charge for it.
  package let mayBeBilled: Bool

  package init(_ cause: Cause, host: String, mayBeBilled: Bool) {
    self.cause = cause
    self.host = host
    self.mayBeBilled = mayBeBilled
  }
}

extension TransportFailure: CustomStringConvertible {
  package var description: String {
    switch cause {
    case .unusable(let why): why
    case .addressRefused: "\(host) is a link-local or metadata address; these are never called"
    case .nameNotFound: "\(host) was not found"
    case .noConnection(let why): "no connection to \(host): \(why)"
    case .proxy(let why): "no way to \(host) through the proxy: \(why)"
    case .tls(let why): "no secure connection to \(host): \(why)"
    case .reset(let why): "\(host) broke the connection: \(why)"
    case .closedWithoutAnswer: "\(host) closed the connection without an answer"
    case .cut(let why): "the answer of \(host) was cut: \(why)"
    case .timedOut(.connect, let limit): "no connection to \(host) within \(limit)"
    case .timedOut(.firstByte, let limit): "\(host) gave no answer within \(limit)"
    case .timedOut(.idle, let limit): "\(host) fell silent for \(limit) in the middle of its answer"
    case .timedOut(.total, let limit): "the answer of \(host) was not complete within \(limit)"
    case .bodyTooLarge(let limit): "the answer of \(host) is larger than \(limit) bytes"
    case .headersTooLarge(let limit): "the headers of \(host) are larger than \(limit) bytes"
    case .badFraming(let why): "\(host) does not answer in proper HTTP: \(why)"
    case .cancelled: "the call to \(host) was cancelled"
    case .closed: "the call to \(host) came after the client was closed"
    case .internalFault(let why): "the call to \(host) could not be made: \(why)"
    }
  }
}
