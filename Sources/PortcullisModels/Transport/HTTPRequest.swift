package import PortcullisCore

/// What stays the same from call to call of one endpoint. Calls with equal targets share configured handles.
package struct HTTPTarget: Sendable, Hashable {
  package enum Method: Sendable, Hashable { case get, post }

  package let method: Method
  /// `http:` or `https:`, without credentials.
  package let url: String
  /// Sent as given. Values are secret: they appear in no message.
  package let headers: [HTTPHeader]

  package init(_ method: Method, _ url: String, headers: [HTTPHeader] = []) {
    self.method = method
    self.url = url
    self.headers = headers
  }
}

package struct HTTPHeader: Sendable, Hashable {
  package let name: String
  package let value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

extension HTTPHeader {
  /// Why it would break the request apart, named without its value; nil for a sound one.
  var problem: String? {
    let isToken = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !#""(),/:;<=>?@[\]{}"#.utf8.contains($0) }
    guard isToken else { return "a header has a name that is not allowed in HTTP" }
    guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      return "the header '\(name)' holds a line break or another control character"
    }
    guard !["content-length", "transfer-encoding", "connection"].contains(name.lowercased()) else {
      return "the header '\(name)' belongs to the connection and cannot be set"
    }
    return nil
  }
}

package struct HTTPRequest: Sendable, Hashable {
  package var target: HTTPTarget
  package var body: [UInt8]
  /// `connect` holds name look-up, connection and TLS handshake together; `firstByte` runs from the start of sending to the status line,
  /// `idle` between pieces of the body that count as progress, `total` beside them all.
  package var timeouts: Timeouts
  /// Most bytes of a body, counted after decompression.
  package var bodyLimit: Int
  /// Whether the answer tells when each piece of its body arrived.
  package var marksArrivals: Bool

  package init(
    _ target: HTTPTarget, body: [UInt8] = [], timeouts: Timeouts = Timeouts(), bodyLimit: Int = 16 << 20,
    marksArrivals: Bool = false
  ) {
    self.target = target
    self.body = body
    self.timeouts = timeouts
    self.bodyLimit = bodyLimit
    self.marksArrivals = marksArrivals
  }
}

/// Called with each piece of the decoded body, on the thread that carries all transfers: it must neither block nor wait.
/// Says whether the piece is progress; one that is not (a keep-alive comment) does not put off the idle limit.
package typealias HTTPBodyHook = @Sendable (UnsafeRawBufferPointer) -> Bool
