package import PortcullisCore

/// One API, spoken purely: what to send, and what came back. `HTTPModelClient` does the rest for all of them.
package protocol Provider: Sendable {
  /// Name and version of this adapter; a new version where it begins to send or read otherwise. Part of every completion key.
  var adapter: String { get }
  /// Where every call goes, with its headers; a key is in one of them.
  var endpoint: HTTPTarget { get }
  /// Whether answers come as server-sent events, so that arrivals are marked and comments are no progress.
  var isStreamed: Bool { get }

  /// The body of the request: the same request gives the same bytes, what all calls share first.
  func body(for request: ModelRequest) throws(CallFailure) -> [UInt8]

  /// The completion in a complete HTTP answer, or why there is none. Says nothing about the served model: the client compares it.
  func completion(from answer: HTTPAnswer) throws(CallFailure) -> Completion
}
