/// A complete answer over a clean transport, whatever its status.
package struct HTTPAnswer: Sendable, Hashable {
  package enum Version: Sendable, Hashable { case http1, http2 }

  package var status: Int
  package var headers: HTTPHeaders
  /// Decompressed.
  package var body: [UInt8]
  package var timing: HTTPTiming
  package var version: Version
  /// Whether the connection had carried a request before.
  package var reusedConnection: Bool
  /// Empty unless the request asked for them.
  package var arrivals: [HTTPArrival]

  package init(
    status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8], timing: HTTPTiming, version: Version = .http1,
    reusedConnection: Bool = false, arrivals: [HTTPArrival] = []
  ) {
    self.status = status
    self.headers = headers
    self.body = body
    self.timing = timing
    self.version = version
    self.reusedConnection = reusedConnection
    self.arrivals = arrivals
  }
}

/// Times since the transfer began, connecting included.
package struct HTTPTiming: Sendable, Hashable {
  /// To the status line.
  package var firstByte: Duration
  /// To the first piece of the body; nil where there was none.
  package var firstBody: Duration?
  package var total: Duration

  package init(firstByte: Duration, firstBody: Duration?, total: Duration) {
    self.firstByte = firstByte
    self.firstBody = firstBody
    self.total = total
  }
}

/// By `at`, the first `end` bytes of the body were there.
package struct HTTPArrival: Sendable, Hashable {
  package let end: Int
  package let at: Duration

  package init(end: Int, at: Duration) {
    self.end = end
    self.at = at
  }
}
